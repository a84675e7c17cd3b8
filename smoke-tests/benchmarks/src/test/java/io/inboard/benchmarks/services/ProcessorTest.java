// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessorTest {
  @TempDir private Path tasks;

  private void thread(String id, long nanos) throws IOException {
    Path thread = Files.createDirectories(tasks.resolve(id));
    Files.writeString(thread.resolve("schedstat"), nanos + " 137359490 163\n");
  }

  private void ends(String id) throws IOException {
    Files.delete(tasks.resolve(id).resolve("schedstat"));
    Files.delete(tasks.resolve(id));
  }

  @Test
  void allThreadsCount() throws IOException {
    thread("10", 5_000_000_000L);
    thread("11", 123_456_789);
    assertThat(new Processor(tasks).nanos()).hasValue(5_123_456_789L);
  }

  @Test
  void aThreadThatEndsKeepsWhatItHad() throws IOException {
    thread("10", 100);
    thread("11", 50);
    Processor processor = new Processor(tasks);
    processor.nanos();
    ends("11");
    thread("10", 110);
    assertThat(processor.nanos()).hasValue(160);
  }

  @Test
  void aNumberThatIsGivenAgainIsAnotherThread() throws IOException {
    thread("10", 100);
    Processor processor = new Processor(tasks);
    processor.nanos();
    thread("10", 7);
    assertThat(processor.nanos()).hasValue(107);
    thread("10", 9);
    assertThat(processor.nanos()).hasValue(109);
  }

  @Test
  void aThreadMayEndWhileItIsRead() throws IOException {
    thread("10", 100);
    Files.createDirectory(tasks.resolve("11"));
    assertThat(new Processor(tasks).nanos()).hasValue(100);
  }

  @Test
  void whereTheSystemDoesNotTellNothingIsKnown() throws IOException {
    assertThat(new Processor(tasks).nanos()).isEmpty();
    assertThat(new Processor(tasks.resolve("gone")).nanos()).isEmpty();
  }
}
