// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.UnitReport;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Work that RxJava moves to other threads belongs to the request that subscribed to it. */
class RxJavaSchedulersTest {
  /** The last one is over threads that nothing of ours knows. */
  private static final List<Scheduler> ALL =
      List.of(
          Schedulers.io(),
          Schedulers.computation(),
          Schedulers.single(),
          Schedulers.newThread(),
          Schedulers.trampoline(),
          Schedulers.from(task -> new Thread(task, "unknown").start()));

  @BeforeAll
  static void weave() {
    WovenJvm.ensure();
    Named.serve();
  }

  @AfterEach
  void nothingWentWrong() {
    assertThat(Named.current()).isEqualTo("-");
    assertThat(WovenJvm.takeTroubles()).isEmpty();
  }

  @Test
  void theHookFits() {
    assertThat(WovenJvm.report("rxjava-schedulers").libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  @Test
  void eachSchedulerRunsInTheContextOfTheSubscription() throws Exception {
    for (Scheduler scheduler : ALL) {
      Single<String> subscribed = Single.fromCallable(Named::current).subscribeOn(scheduler);
      Single<String> observed = Single.just("x").observeOn(scheduler).map(x -> Named.current());
      for (Single<String> one : List.of(subscribed, observed)) {
        assertThat(Named.<String>in("a", one::blockingGet)).as("%s", scheduler).isEqualTo("a");
        assertThat(Named.<String>in("b", one::blockingGet)).as("%s", scheduler).isEqualTo("b");
        assertThat(one.blockingGet()).as("%s", scheduler).isEqualTo("-");
      }
    }
  }

  @Test
  void eachTickOfAnIntervalIsInTheContextOfItsSubscription() throws Exception {
    Single<List<String>> ticks =
        Observable.interval(1, MILLISECONDS).take(3).map(tick -> Named.current()).toList();
    assertThat(Named.<List<String>>in("a", ticks::blockingGet)).containsExactly("a", "a", "a");
    assertThat(ticks.blockingGet()).containsExactly("-", "-", "-");
  }

  @Test
  void interleavedRequestsKeepTheirContexts() throws Exception {
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int number = i;
      all.add(
          Named.in(
              Integer.toString(number),
              () ->
                  Single.timer(number % 7, MILLISECONDS)
                      .observeOn(Schedulers.single())
                      .delay(number % 3, MILLISECONDS)
                      .observeOn(Schedulers.computation())
                      .map(passed -> Named.current())
                      .toCompletionStage()
                      .toCompletableFuture()));
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
    }
  }
}
