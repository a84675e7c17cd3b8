// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.coroutines;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Named;
import io.inboard.contract.WovenJvm;
import io.inboard.weave.UnitReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.channels.ChannelKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.future.FutureKt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a coroutine does belongs to the request in which it was launched. In Java, so that no
 * compiler of Kotlin is needed: the functions that a Flow is given suspend and go on as a coroutine
 * does.
 */
class CoroutinesTest {
  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "pool");
            thread.setDaemon(true);
            return thread;
          });

  private static final List<CoroutineContext> DISPATCHERS =
      List.of(
          Dispatchers.getDefault(),
          Dispatchers.getIO(),
          Dispatchers.getUnconfined(),
          ExecutorsKt.from(POOL));

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

  /** Waits three times, by which a coroutine may change its thread, and notes the context. */
  private static Flow<String> delayed(int millis, List<String> seen) {
    return noting(
        FlowKt.onEach(FlowKt.flowOf("x", "y", "z"), (item, self) -> DelayKt.delay(millis, self)),
        seen);
  }

  private static <T> Flow<T> noting(Flow<T> flow, List<String> seen) {
    return FlowKt.onEach(
        flow,
        (item, self) -> {
          seen.add(Named.current());
          return Unit.INSTANCE;
        });
  }

  private static CompletableFuture<Unit> launched(CoroutineContext dispatcher, Flow<?> flow) {
    return FutureKt.future(
        GlobalScope.INSTANCE,
        dispatcher,
        CoroutineStart.DEFAULT,
        (scope, self) -> FlowKt.collect(flow, self));
  }

  private static void await(CompletableFuture<Unit> future) throws Exception {
    future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void theHookFits() throws Exception {
    await(launched(Dispatchers.getDefault(), FlowKt.flowOf("x")));
    assertThat(WovenJvm.report(CoroutineHooks.NAME).libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  @Test
  void aCoroutineHasItsContextOnEachDispatcherAlsoAfterItHasWaited() throws Exception {
    for (CoroutineContext dispatcher : DISPATCHERS) {
      List<String> seen = new CopyOnWriteArrayList<>();
      await(Named.in("a", () -> launched(dispatcher, delayed(2, seen))));
      await(Named.in("b", () -> launched(dispatcher, delayed(2, seen))));
      await(launched(dispatcher, delayed(2, seen)));
      assertThat(seen)
          .as("%s", dispatcher)
          .containsExactly("a", "a", "a", "b", "b", "b", "-", "-", "-");
    }
  }

  @Test
  void itKeepsItWhereItGoesToAnotherDispatcherAndBack() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    Flow<String> there = FlowKt.flowOn(delayed(2, seen), Dispatchers.getIO());
    await(Named.in("a", () -> launched(Dispatchers.getDefault(), noting(there, seen))));
    assertThat(seen).hasSize(6).containsOnly("a");
  }

  @Test
  void aThreadThatWaitsForOneKeepsItsOwn() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    String after =
        Named.in(
            "a",
            () -> {
              BuildersKt.runBlocking(
                  EmptyCoroutineContext.INSTANCE,
                  (scope, self) -> FlowKt.collect(delayed(2, seen), self));
              return Named.current();
            });
    assertThat(seen).containsExactly("a", "a", "a");
    assertThat(after).isEqualTo("a");
  }

  @Test
  void whoResumesACoroutineDoesNotGiveItAnotherContext() throws Exception {
    for (CoroutineContext dispatcher : DISPATCHERS) {
      for (String receiver : List.of("a", "-")) {
        List<String> seen = new CopyOnWriteArrayList<>();
        Channel<String> channel = ChannelKt.Channel(0, BufferOverflow.SUSPEND, null);
        Flow<String> received = noting(FlowKt.take(FlowKt.receiveAsFlow(channel), 1), seen);
        CompletableFuture<Unit> receiving =
            receiver.equals("-")
                ? launched(dispatcher, received)
                : Named.in(receiver, () -> launched(dispatcher, received));
        Flow<String> sent =
            FlowKt.onEach(FlowKt.flowOf("x"), (item, self) -> channel.send(item, self));
        await(Named.in("sender", () -> launched(dispatcher, sent)));
        await(receiving);
        assertThat(seen).as("%s", dispatcher).containsExactly(receiver);
      }
    }
  }

  @Test
  void interleavedRequestsKeepTheirContexts() throws Exception {
    List<CompletableFuture<Unit>> all = new ArrayList<>();
    List<List<String>> seen = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int millis = 1 + i % 7;
      CoroutineContext dispatcher = DISPATCHERS.get(i % DISPATCHERS.size());
      List<String> mine = new CopyOnWriteArrayList<>();
      seen.add(mine);
      all.add(Named.in(Integer.toString(i), () -> launched(dispatcher, delayed(millis, mine))));
    }
    for (int i = 0; i < all.size(); i++) {
      await(all.get(i));
      assertThat(seen.get(i)).hasSize(3).containsOnly(Integer.toString(i));
    }
  }
}
