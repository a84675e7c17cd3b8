// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentLoopTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    Log.to(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void asBefore() {
    Log.to(null);
  }

  @Test
  void whateverATurnThrowsTheNextOneComes() {
    Iterator<Throwable> thrown =
        List.of(
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError(),
                new LinkageError(),
                new IllegalStateException("the key is hunter2"),
                new InterruptedException(),
                new ThreadDeath())
            .iterator();
    int[] good = {0};
    AgentLoop loop = AgentLoop.named("test-survives");
    loop.run(
        () -> good[0] > 0,
        () -> {
          if (thrown.hasNext()) {
            AgentLoopTest.<RuntimeException>raise(thrown.next());
          }
          good[0]++;
        });

    assertThat(good[0]).isEqualTo(1);
    assertThat(loop.failures()).as("an interrupt is no failure").isEqualTo(5);
    AgentLoop.Report report =
        AgentLoop.reports().stream()
            .filter(r -> r.name().equals("test-survives"))
            .findFirst()
            .orElseThrow();
    assertThat(report.failures()).isEqualTo(5);
    assertThat(report.lastFailure()).isEqualTo("java.lang.ThreadDeath");
    assertThat(report.lastFailureAt()).isPresent();
    String said = written.toString(StandardCharsets.UTF_8);
    assertThat(said)
        .contains("test-survives: java.lang.OutOfMemoryError was caught at io.inboard.");
    assertThat(said.lines()).as("one line for each type").hasSize(5);
    assertThat(said).doesNotContain("hunter2");
  }

  @Test
  void aFailureThatCannotEvenBeSaidIsCounted() {
    Log.to(
        new PrintStream(written, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            throw new OutOfMemoryError();
          }
        });
    AgentLoop loop = AgentLoop.named("test-no-memory");

    assertThat(
            loop.turn(
                () -> {
                  throw new OutOfMemoryError();
                }))
        .isFalse();
    assertThat(loop.failures()).isEqualTo(1);
  }

  @Test
  void anInterruptOfTheApplicationDoesNotEndALoop() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    boolean[] again = {false};
    Thread thread =
        AgentThreads.daemon(
            "test-interrupted",
            () ->
                AgentLoop.named("test-interrupted")
                    .run(
                        () -> again[0],
                        () -> {
                          if (waiting.getCount() == 0) {
                            again[0] = true;
                            return;
                          }
                          waiting.countDown();
                          never.await();
                        }));
    thread.start();
    waiting.await();
    thread.interrupt();
    thread.join();

    assertThat(again[0]).isTrue();
  }

  @Test
  void aThreadOfOursThatDiesIsCountedUnderItsName() throws Exception {
    Thread thread =
        AgentThreads.factory("test-dies")
            .newThread(
                () -> {
                  throw new OutOfMemoryError();
                });
    thread.start();
    thread.join();

    assertThat(AgentLoop.named("test-dies").failures()).isEqualTo(1);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable error) throws T {
    throw (T) error;
  }
}
