// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.AgentLoop;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
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
  void goesOnAfterAnErrorAndCountsIt() throws Exception {
    AgentLoop loop = AgentLoop.named("inboard-timer");
    long before = loop.failures();
    CompletableFuture<Thread> erring = new CompletableFuture<>();
    CompletableFuture<Thread> after = new CompletableFuture<>();
    Timer.PROCESS.schedule(
        () -> {
          erring.complete(Thread.currentThread());
          throw new OutOfMemoryError("on purpose");
        },
        0);
    Timer.PROCESS.schedule(() -> after.complete(Thread.currentThread()), 1_000_000);
    assertThat(after.get(10, TimeUnit.SECONDS)).isSameAs(erring.get(10, TimeUnit.SECONDS));
    assertThat(loop.failures()).isGreaterThan(before);
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

  private static void eventually(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(1);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static Thread threadOf(Timer timer) throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    timer.schedule(() -> thread.complete(Thread.currentThread()), 0);
    return thread.get(30, TimeUnit.SECONDS);
  }

  @Test
  void whatIsEarlierThanEverythingWakesTheThread() throws Exception {
    Timer timer = new ProcessTimer();
    timer.schedule(() -> {}, TimeUnit.HOURS.toNanos(1));
    Thread thread = threadOf(timer);
    eventually(() -> thread.getState() == Thread.State.TIMED_WAITING);
    assertThat(threadOf(timer)).isSameAs(thread);
  }

  @Test
  void theThreadSleepsWhenThereIsNothingToDo() throws Exception {
    Timer timer = new ProcessTimer();
    Thread thread = threadOf(timer);
    Timer.Task task = timer.schedule(() -> {}, TimeUnit.MILLISECONDS.toNanos(20));
    assertThat(timer.pending()).isEqualTo(1);
    task.cancel();
    assertThat(timer.pending()).isZero();
    eventually(() -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void whatNeverEndsIsNeverDue() throws Exception {
    Timer timer = new ProcessTimer();
    timer.schedule(() -> {}, Long.MAX_VALUE);
    threadOf(timer);
    assertThat(timer.pending()).isEqualTo(1);
  }

  @Test
  void aCancelledTaskIsLetGoAtOnce() throws Exception {
    Timer timer = new ProcessTimer();
    byte[] held = new byte[1024];
    WeakReference<byte[]> reference = new WeakReference<>(held);
    timer.schedule(new Holding(held), TimeUnit.HOURS.toNanos(1)).cancel();
    held = null;
    eventually(
        () -> {
          System.gc();
          return reference.get() == null;
        });
  }

  private record Holding(byte[] what) implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  void ofMillionsThatAreCancelledFewAreKept() throws Exception {
    ProcessTimer timer = new ProcessTimer();
    for (int i = 0; i < 2_000_000; i++) {
      timer.schedule(() -> {}, TimeUnit.HOURS.toNanos(1)).cancel();
    }
    eventually(() -> timer.handedOver() <= ProcessTimer.PILE);
    assertThat(timer.pending()).isZero();
  }

  @Test
  void tasksOfManyThreadsRunOnceAndNotTooSoon() throws Exception {
    Timer timer = new ProcessTimer();
    int threads = 4;
    int each = 20_000;
    AtomicIntegerArray runs = new AtomicIntegerArray(threads * each);
    AtomicInteger tooSoon = new AtomicInteger();
    AtomicInteger wanted = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    List<Thread> users = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int from = t * each;
      users.add(
          new Thread(
              () -> {
                Random random = new Random(from);
                for (int i = from; i < from + each; i++) {
                  int mine = i;
                  long delay = random.nextInt(2_000_000);
                  long due = System.nanoTime() + delay;
                  Timer.Task task =
                      timer.schedule(
                          () -> {
                            tooSoon.addAndGet(System.nanoTime() - due < 0 ? 1 : 0);
                            runs.incrementAndGet(mine);
                            ran.incrementAndGet();
                          },
                          delay);
                  if (delay > 1_000_000 && random.nextBoolean()) {
                    task.cancel();
                  } else {
                    wanted.incrementAndGet();
                  }
                }
              }));
    }
    users.forEach(Thread::start);
    for (Thread user : users) {
      user.join();
    }
    eventually(() -> ran.get() >= wanted.get() && timer.pending() == 0);
    assertThat(tooSoon).hasValue(0);
    for (int i = 0; i < runs.length(); i++) {
      assertThat(runs.get(i)).isLessThanOrEqualTo(1);
    }
  }
}
