// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.mutiny;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.UnitReport;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a pipeline of Mutiny's does belongs to the request that subscribed to it. */
class MutinyTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Threads that nothing of ours knows. */
  private static final Executor UNKNOWN = task -> new Thread(task, "unknown").start();

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

  /** What it gives to those who wait for it in contexts a and b, and in none. */
  private static void belongsToItsSubscriber(Uni<String> name) throws Exception {
    assertThat(Named.<String>in("a", () -> name.await().atMost(LIMIT))).isEqualTo("a");
    assertThat(Named.<String>in("b", () -> name.await().atMost(LIMIT))).isEqualTo("b");
    assertThat(name.await().atMost(LIMIT)).isEqualTo("-");
  }

  @Test
  void theHooksFit() {
    Uni.createFrom().item("x").await().indefinitely();
    assertThat(WovenJvm.report(MutinyHooks.NAME).libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  @Test
  void aStageThatRunsOnAnotherThreadHasTheContextOfTheSubscription() throws Exception {
    belongsToItsSubscriber(
        Uni.createFrom().item("x").emitOn(UNKNOWN).onItem().transform(x -> Named.current()));
    belongsToItsSubscriber(
        Uni.createFrom()
            .item("x")
            .onItem()
            .delayIt()
            .by(Duration.ofMillis(2))
            .onItem()
            .transformToUni(x -> Uni.createFrom().item(Named::current)));
    belongsToItsSubscriber(
        Uni.createFrom()
            .<String>emitter(to -> UNKNOWN.execute(() -> to.fail(new IllegalStateException("x"))))
            .onFailure()
            .recoverWithItem(Named::current));
  }

  @Test
  void soHasEachItemOfAMulti() throws Exception {
    Uni<String> ticks =
        Multi.createFrom()
            .ticks()
            .every(Duration.ofMillis(1))
            .select()
            .first(3)
            .emitOn(UNKNOWN)
            .onItem()
            .transform(tick -> Named.current())
            .collect()
            .asList()
            .onItem()
            .transform(all -> all.stream().distinct().toList().toString());
    assertThat(Named.<String>in("a", () -> ticks.await().atMost(LIMIT))).isEqualTo("[a]");
    assertThat(ticks.await().atMost(LIMIT)).isEqualTo("[-]");
  }

  /** The item is one; what each does with it is its own. */
  @Test
  void whoSubscribesToWhatAnotherHasBegunKeepsItsOwnContext() throws Exception {
    Uni<String> shared =
        Uni.createFrom()
            .item("x")
            .onItem()
            .delayIt()
            .by(Duration.ofMillis(20))
            .onItem()
            .transform(x -> Named.current())
            .memoize()
            .indefinitely();
    CompletableFuture<String> first = Named.in("a", () -> own(shared));
    CompletableFuture<String> second = Named.in("b", () -> own(shared));
    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("a for a");
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("a for b");
  }

  private static CompletableFuture<String> own(Uni<String> shared) {
    return shared
        .onItem()
        .transform(made -> made + " for " + Named.current())
        .subscribe()
        .asCompletionStage();
  }

  @Test
  void mutinysOwnContextGetsThrough() throws Exception {
    Uni<String> both =
        Uni.createFrom()
            .item("x")
            .emitOn(UNKNOWN)
            .withContext(
                (uni, context) ->
                    uni.onItem().transform(x -> context.get("mine") + Named.current()));
    assertThat(
            Named.<String>in(
                "a",
                () ->
                    both.awaitUsing(io.smallrye.mutiny.Context.of("mine", "kept ")).atMost(LIMIT)))
        .isEqualTo("kept a");
  }

  @Test
  void interleavedRequestsKeepTheirContexts() throws Exception {
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      all.add(
          Named.in(
              Integer.toString(number),
              () ->
                  Uni.createFrom()
                      .item("x")
                      .onItem()
                      .delayIt()
                      .by(Duration.ofMillis(1 + number % 7))
                      .onItem()
                      .transform(x -> Named.current())
                      .subscribe()
                      .asCompletionStage()));
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
    }
  }
}
