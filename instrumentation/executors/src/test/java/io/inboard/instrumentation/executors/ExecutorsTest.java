// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.UnitReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/** What a request carries is there in every task that it causes, and in no other. */
class ExecutorsTest {
  private final List<ExecutorService> pools = new ArrayList<>();

  @BeforeAll
  static void weave() {
    WovenJvm.ensure();
    Named.serve();
  }

  @AfterEach
  void nothingWentWrong() throws InterruptedException {
    for (ExecutorService pool : pools) {
      pool.shutdownNow();
      assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(Named.current()).isEqualTo("-");
    assertThat(WovenJvm.takeTroubles()).isEmpty();
  }

  private <E extends ExecutorService> E closing(E pool) {
    pools.add(pool);
    return pool;
  }

  private ThreadPoolExecutor single(BlockingQueue<Runnable> queue) {
    return closing(new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, queue));
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "thread-pool",
        "completable-future",
        "fork-join",
        "tomcat-thread-pool",
        "spring-async"
      })
  void theHooksFitThisJvm(String unit) throws ReflectiveOperationException {
    Class.forName("org.apache.tomcat.util.threads.ThreadPoolExecutor");
    Class.forName("org.springframework.core.task.SimpleAsyncTaskExecutor");
    assertThat(WovenJvm.report(unit).libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  @Test
  void aTaskHasTheContextOfItsSubmission() throws Exception {
    ExecutorService pool = closing(Executors.newFixedThreadPool(1));
    // the first task comes with its worker, the second through the queue
    assertThat(get(Named.in("a", () -> pool.submit(Named::current)))).isEqualTo("a");
    assertThat(get(Named.in("b", () -> pool.submit(Named::current)))).isEqualTo("b");
    assertThat(get(pool.submit(Named::current))).isEqualTo("-");
    assertThat(
            get(
                Named.in("c", () -> pool.invokeAll(List.of(Named::current, Named::current)))
                    .get(1)))
        .isEqualTo("c");
    assertThat(Named.<String>in("d", () -> pool.invokeAny(List.of(Named::current)))).isEqualTo("d");
  }

  @Test
  void aTaskThatThrowsLeavesNothingBehind() throws Exception {
    ThreadPoolExecutor pool = single(new LinkedBlockingQueue<>());
    pool.setThreadFactory(
        task -> {
          Thread thread = new Thread(task);
          thread.setUncaughtExceptionHandler((t, e) -> {});
          return thread;
        });
    Named.in(
        "a",
        () -> {
          pool.execute(
              () -> {
                throw new IllegalStateException("on purpose");
              });
          return null;
        });
    assertThat(get(pool.submit(Named::current))).isEqualTo("-");
  }

  @Test
  void tasksStayTheObjectsThatTheyAre() throws Exception {
    record Ranked(int rank, List<String> seen) implements Runnable, Comparable<Ranked> {
      @Override
      public void run() {
        seen.add(rank + Named.current());
      }

      @Override
      public int compareTo(Ranked other) {
        return Integer.compare(rank, other.rank);
      }
    }
    ThreadPoolExecutor pool = single(new PriorityBlockingQueue<>());
    CountDownLatch busy = new CountDownLatch(1);
    List<String> seen = new ArrayList<>();
    pool.execute(new Blocker(busy));
    Ranked removed = new Ranked(1, seen);
    Named.in("c", () -> execute(pool, new Ranked(3, seen)));
    Named.in("b", () -> execute(pool, new Ranked(2, seen)));
    Named.in("a", () -> execute(pool, removed));
    assertThat(pool.getQueue()).contains(removed);
    assertThat(pool.remove(removed)).isTrue();
    busy.countDown();
    pool.shutdown();
    assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).containsExactly("2b", "3c");
  }

  /** First in every order. */
  @SuppressWarnings("ComparableType") // Compared with tasks of another type, as a queue may.
  private record Blocker(CountDownLatch latch) implements Runnable, Comparable<Object> {
    @Override
    public void run() {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public int compareTo(Object other) {
      return -1;
    }
  }

  private static Void execute(Executor executor, Runnable task) {
    executor.execute(task);
    return null;
  }

  @Test
  void theSameTaskGivenTwiceRunsOnceInEachContext() throws Exception {
    ThreadPoolExecutor pool = single(new LinkedBlockingQueue<>());
    CountDownLatch busy = new CountDownLatch(1);
    pool.execute(new Blocker(busy));
    List<String> seen = new ArrayList<>();
    Runnable shared = () -> seen.add(Named.current());
    Named.in("a", () -> execute(pool, shared));
    pool.execute(shared);
    Named.in("b", () -> execute(pool, shared));
    busy.countDown();
    pool.submit(() -> {}).get(20, TimeUnit.SECONDS);
    assertThat(seen).containsExactly("a", "-", "b");
  }

  @Test
  void whatWasRefusedOrRemovedCountsForNoLaterRun() throws Exception {
    ThreadPoolExecutor pool = single(new ArrayBlockingQueue<>(1));
    CountDownLatch busy = new CountDownLatch(1);
    pool.execute(new Blocker(busy));
    List<String> seen = new ArrayList<>();
    Runnable shared = () -> seen.add(Named.current());
    Named.in("removed", () -> execute(pool, shared));
    assertThatThrownBy(() -> Named.in("refused", () -> execute(pool, shared)))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(pool.remove(shared)).isTrue();
    pool.execute(shared);
    busy.countDown();
    pool.shutdown();
    assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).containsExactly("-");
  }

  @Test
  void aRefusedTaskRunByItsCallerHasTheCallersContext() throws Exception {
    ThreadPoolExecutor pool = single(new ArrayBlockingQueue<>(1));
    pool.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
    CountDownLatch busy = new CountDownLatch(1);
    pool.execute(new Blocker(busy));
    pool.execute(() -> {});
    List<String> seen = new ArrayList<>();
    Named.in("a", () -> execute(pool, () -> seen.add(Named.current())));
    busy.countDown();
    assertThat(seen).containsExactly("a");
  }

  @Test
  void aDelayedTaskHasItsContextAndAPeriodicOneHasNone() throws Exception {
    ScheduledExecutorService pool = closing(Executors.newScheduledThreadPool(1));
    assertThat(get(Named.in("a", () -> pool.schedule(Named::current, 1, TimeUnit.MILLISECONDS))))
        .isEqualTo("a");
    assertThat(get(Named.in("b", () -> pool.submit(Named::current)))).isEqualTo("b");
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    ScheduledFuture<?> periodic =
        Named.in(
            "c",
            () ->
                pool.scheduleAtFixedRate(
                    () -> seen.add(Named.current()), 0, 1, TimeUnit.MILLISECONDS));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("-");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("-");
    periodic.cancel(false);
  }

  @Test
  void completableFuturesCarryTheContextOfEachStage() throws Exception {
    Executor pool = closing(Executors.newFixedThreadPool(2));
    assertThat(get(Named.in("a", () -> CompletableFuture.supplyAsync(Named::current))))
        .isEqualTo("a");
    assertThat(get(Named.in("b", () -> CompletableFuture.supplyAsync(Named::current, pool))))
        .isEqualTo("b");
    CompletableFuture<String> source = new CompletableFuture<>();
    List<CompletableFuture<String>> all =
        Named.in(
            "c",
            () ->
                List.of(
                    source.thenApplyAsync(x -> Named.current()),
                    source.thenApplyAsync(x -> Named.current(), pool),
                    source.thenApply(x -> Named.current()),
                    source.handleAsync((x, e) -> Named.current()),
                    source.thenCombineAsync(source, (x, y) -> Named.current()),
                    source.applyToEitherAsync(source, x -> Named.current()),
                    source.thenComposeAsync(
                        x -> CompletableFuture.completedFuture(Named.current()))));
    Named.in("other", () -> source.complete("x"));
    for (CompletableFuture<String> one : all) {
      assertThat(get(one)).isEqualTo("c");
    }
    CompletableFuture<String> accepted = new CompletableFuture<>();
    get(
        Named.in(
            "d",
            () ->
                CompletableFuture.runAsync(() -> {})
                    .thenAcceptAsync(x -> accepted.complete(Named.current()))));
    assertThat(get(accepted)).isEqualTo("d");
    assertThat(get(CompletableFuture.supplyAsync(Named::current))).isEqualTo("-");
    assertThat(
            get(
                Named.in(
                    "e",
                    () ->
                        CompletableFuture.supplyAsync(
                            Named::current,
                            CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS)))))
        .isEqualTo("e");
  }

  @Test
  void anErrorInAStageIsItsOwn() throws Exception {
    CompletableFuture<String> failed =
        Named.in(
            "a",
            () ->
                CompletableFuture.<String>supplyAsync(
                        () -> {
                          throw new IllegalArgumentException("mine");
                        })
                    .exceptionally(e -> e.getCause().getMessage() + Named.current()));
    assertThat(get(failed)).isEqualTo("minea");
    assertThatThrownBy(() -> Named.in("a", () -> CompletableFuture.supplyAsync(null)))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void forkJoinTasksHaveTheContextInWhichTheyWereMade() throws Exception {
    ForkJoinPool pool = closing(new ForkJoinPool(2));
    assertThat(get(Named.in("a", () -> pool.submit(Named::current)))).isEqualTo("a");
    class Sum extends RecursiveTask<String> {
      private final int depth;

      Sum(int depth) {
        this.depth = depth;
      }

      @Override
      protected String compute() {
        if (depth == 0) {
          return Named.current();
        }
        Sum left = new Sum(depth - 1);
        left.fork();
        return new Sum(depth - 1).compute() + left.join();
      }
    }
    assertThat(get(Named.in("b", () -> pool.submit(new Sum(4))))).isEqualTo("b".repeat(16));
    assertThat(pool.invoke(new Sum(2))).isEqualTo("----");
    assertThat(get(pool.submit(Named::current))).isEqualTo("-");
  }

  @Test
  void parallelStreamsHaveTheContextOfTheirCaller() throws Exception {
    List<String> seen =
        Named.in(
            "a",
            () ->
                IntStream.range(0, 2000)
                    .parallel()
                    .mapToObj(i -> Named.current())
                    .distinct()
                    .toList());
    assertThat(seen).containsExactly("a");
    assertThat(
            Named.<List<String>>in(
                "b",
                () -> {
                  List<String> each = new CopyOnWriteArrayList<>();
                  IntStream.range(0, 500).parallel().forEach(i -> each.add(Named.current()));
                  return each;
                }))
        .hasSize(500)
        .containsOnly("b");
    assertThat(IntStream.range(0, 2000).parallel().mapToObj(i -> Named.current()).distinct())
        .containsExactly("-");
  }

  @Test
  void tomcatsOwnPoolCarriesTheContext() throws Exception {
    org.apache.tomcat.util.threads.ThreadPoolExecutor pool =
        closing(
            new org.apache.tomcat.util.threads.ThreadPoolExecutor(
                1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>()));
    assertThat(get(Named.in("a", () -> pool.submit(Named::current)))).isEqualTo("a");
    assertThat(get(Named.in("b", () -> pool.submit(Named::current)))).isEqualTo("b");
    assertThat(get(pool.submit(Named::current))).isEqualTo("-");
  }

  @Test
  void springsAsyncExecutorCarriesTheContext() throws Exception {
    SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
    assertThat(get(Named.in("a", () -> executor.submit(Named::current)))).isEqualTo("a");
    assertThat(get(executor.submit(Named::current))).isEqualTo("-");
  }

  @Test
  void aTaskInATaskHasTheInnermostContext() throws Exception {
    ExecutorService pool = closing(Executors.newFixedThreadPool(2));
    Future<Future<String>> inner =
        Named.in("a", () -> pool.submit(() -> pool.submit(Named::current)));
    assertThat(get(get(inner))).isEqualTo("a");
  }
}
