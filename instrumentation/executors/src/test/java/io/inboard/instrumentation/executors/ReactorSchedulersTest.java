// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.UnitReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Work that Reactor moves to other threads belongs to the request that subscribed to it. */
class ReactorSchedulersTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** The last one is over threads that nothing of ours knows. */
  private static final List<Scheduler> ALL =
      List.of(
          Schedulers.parallel(),
          Schedulers.boundedElastic(),
          Schedulers.single(),
          Schedulers.immediate(),
          Schedulers.fromExecutor(task -> new Thread(task, "unknown").start()));

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
    assertThat(WovenJvm.report("reactor-schedulers").libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  @Test
  void eachSchedulerRunsInTheContextOfTheSubscription() throws Exception {
    for (Scheduler scheduler : ALL) {
      Mono<String> subscribed = Mono.fromCallable(Named::current).subscribeOn(scheduler);
      Mono<String> published = Mono.just("x").publishOn(scheduler).map(x -> Named.current());
      for (Mono<String> one : List.of(subscribed, published)) {
        assertThat(Named.<String>in("a", () -> one.block(LIMIT))).as("%s", one).isEqualTo("a");
        assertThat(Named.<String>in("b", () -> one.block(LIMIT))).as("%s", one).isEqualTo("b");
        assertThat(one.block(LIMIT)).as("%s", one).isEqualTo("-");
      }
    }
  }

  @Test
  void eachTickOfAnIntervalIsInTheContextOfItsSubscription() throws Exception {
    Flux<String> ticks = Flux.interval(Duration.ofMillis(1)).take(3).map(tick -> Named.current());
    assertThat(Named.<List<String>>in("a", () -> ticks.collectList().block(LIMIT)))
        .containsExactly("a", "a", "a");
    assertThat(ticks.collectList().block(LIMIT)).containsExactly("-", "-", "-");
  }

  @Test
  void whatTheApplicationPutsIntoReactorsContextIsThereToo() throws Exception {
    Mono<String> both =
        Mono.deferContextual(context -> Mono.just(context.get("mine") + Named.current()))
            .subscribeOn(Schedulers.boundedElastic())
            .contextWrite(context -> context.put("mine", "kept "));
    assertThat(Named.<String>in("a", () -> both.block(LIMIT))).isEqualTo("kept a");
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
                  Mono.delay(Duration.ofMillis(number % 7))
                      .publishOn(Schedulers.boundedElastic())
                      .delayElement(Duration.ofMillis(number % 3))
                      .publishOn(Schedulers.single())
                      .map(passed -> Named.current())
                      .toFuture()));
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
    }
  }
}
