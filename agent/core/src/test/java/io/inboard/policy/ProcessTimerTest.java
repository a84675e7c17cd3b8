// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProcessTimerTest {
  @Test
  void runsOnOneDaemonThreadOfOurs() throws Exception {
    CompletableFuture<Thread> first = new CompletableFuture<>();
    CompletableFuture<Thread> second = new CompletableFuture<>();
    Timer.PROCESS.schedule(() -> first.complete(Thread.currentThread()), 0);
    Timer.PROCESS.schedule(() -> second.complete(Thread.currentThread()), 1);
    Thread thread = first.get(10, TimeUnit.SECONDS);
    assertThat(thread.getName()).isEqualTo("inboard-timer");
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getContextClassLoader()).isNull();
    assertThat(second.get(10, TimeUnit.SECONDS)).isSameAs(thread);
  }

  @Test
  void goesOnAfterATaskThatThrows() throws Exception {
    CompletableFuture<String> after = new CompletableFuture<>();
    Timer.PROCESS.schedule(
        () -> {
          throw new IllegalStateException("on purpose");
        },
        0);
    Timer.PROCESS.schedule(() -> after.complete("done"), 0);
    assertThat(after.get(10, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void aCancelledTaskDoesNotRun() throws Exception {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    CompletableFuture<String> later = new CompletableFuture<>();
    Timer.Task task =
        Timer.PROCESS.schedule(() -> cancelled.complete("ran"), TimeUnit.MILLISECONDS.toNanos(50));
    Timer.PROCESS.schedule(() -> later.complete("ran"), TimeUnit.MILLISECONDS.toNanos(100));
    task.cancel();
    later.get(10, TimeUnit.SECONDS);
    assertThat(cancelled).isNotDone();
  }
}
