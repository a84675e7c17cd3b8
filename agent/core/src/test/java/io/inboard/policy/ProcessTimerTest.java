// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

  @Test
  void ofManyTasksThoseThatAreNotCancelledRun() throws Exception {
    Random random = new Random(5);
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    List<Integer> expected = new ArrayList<>();
    List<Timer.Task> tasks = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    // Far enough away that all are there before the first is due.
    for (int i : order) {
      long delay = TimeUnit.MILLISECONDS.toNanos(500 + 2 * i);
      tasks.add(Timer.PROCESS.schedule(() -> ran.add(i), delay));
    }
    for (int i = 0; i < order.size(); i++) {
      if (random.nextBoolean()) {
        tasks.get(i).cancel();
        tasks.get(i).cancel();
      } else {
        expected.add(order.get(i));
      }
    }
    CompletableFuture<String> last = new CompletableFuture<>();
    Timer.PROCESS.schedule(() -> last.complete("ran"), TimeUnit.MILLISECONDS.toNanos(2_500));
    last.get(30, TimeUnit.SECONDS);
    assertThat(ran).containsExactlyInAnyOrderElementsOf(expected);
  }
}
