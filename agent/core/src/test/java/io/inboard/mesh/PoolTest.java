// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Given;
import io.inboard.policy.Request;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.DestinationSettings.PoolSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much may be under way and wait, and what bodies may be kept; RATIONALE.md, Replay and
 * Bulkhead.
 */
final class PoolTest {
  private static final int UNLIMITED = PoolSettings.UNLIMITED;

  private final World world = new World();

  private static Given pool(int connections, int pending, int calls) {
    return payments(1, 2, 3)
        .that(
            b ->
                b.connectionPool(
                    new PoolSettings(
                        Duration.ofSeconds(1), connections, pending, calls, UNLIMITED)));
  }

  private Call begin() {
    return world.mesh.begin(Request.of("GET"));
  }

  private static Step.Reason refused(Step step) {
    return ((Step.Refuse) step).reason();
  }

  @Test
  void noMoreCallsAreUnderWayThanAllowed() {
    world.with(pool(UNLIMITED, UNLIMITED, 2)).apply();
    Call one = begin();
    Call two = begin();
    assertThat(one.first()).isInstanceOf(Step.Send.class);
    assertThat(two.first()).isInstanceOf(Step.Send.class);
    assertThat(refused(begin().first())).isEqualTo(Step.Reason.OVERFLOW);
    assertThat(world.status().overflowed()).isEqualTo(1);
    one.done();
    Call three = begin();
    assertThat(three.first()).isInstanceOf(Step.Send.class);
    two.done();
    three.done();
    assertThat(world.status().inFlight()).isZero();
    for (int n = 1; n <= 3; n++) {
      assertThat(world.endpoint(n).failures()).isZero();
    }
  }

  @Test
  void whoFindsNoConnectionWaitsForItsTurnInOrder() {
    world.with(pool(1, 2, UNLIMITED)).apply();
    Call one = begin();
    Call two = begin();
    Call three = begin();
    assertThat(one.first()).isInstanceOf(Step.Send.class);
    CompletableFuture<Step> second = ((Step.Later) two.first()).next();
    CompletableFuture<Step> third = ((Step.Later) three.first()).next();
    assertThat(refused(begin().first())).as("the queue is full").isEqualTo(Step.Reason.OVERFLOW);
    assertThat(world.status().limits().pending()).isEqualTo(2);
    one.done();
    assertThat(second.join()).isInstanceOf(Step.Send.class);
    assertThat(third).isNotDone();
    two.done();
    assertThat(third.join()).isInstanceOf(Step.Send.class);
    three.done();
    assertThat(world.status().limits().connections()).isZero();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void withoutAQueueNobodyWaits() {
    world.with(pool(1, 0, UNLIMITED)).apply();
    Call one = begin();
    one.first();
    assertThat(refused(begin().first())).isEqualTo(Step.Reason.OVERFLOW);
    one.done();
  }

  @Test
  void waitingIsBoundedByTheTimeOfTheCallOrByThatOfAConnect() {
    world.with(pool(1, 9, UNLIMITED)).apply();
    Call one = begin();
    one.first();
    CompletableFuture<Step> unbounded = ((Step.Later) begin().first()).next();
    world.change(pool(1, 9, UNLIMITED).timeout(300));
    CompletableFuture<Step> bounded = ((Step.Later) begin().first()).next();
    world.time.passMillis(299);
    assertThat(bounded).isNotDone();
    world.time.passMillis(1);
    assertThat(refused(bounded.join())).isEqualTo(Step.Reason.TIMEOUT);
    world.time.passMillis(699);
    assertThat(unbounded).isNotDone();
    world.time.passMillis(1);
    assertThat(refused(unbounded.join())).isEqualTo(Step.Reason.OVERFLOW);
    one.done();
    assertThat(world.status().limits().pending()).isZero();
    assertThat(world.status().limits().connections()).isZero();
  }

  @Test
  void largerBoundsServeAtOnceThoseWhoWait() {
    world.with(pool(1, 9, UNLIMITED)).apply();
    begin().first();
    CompletableFuture<Step> second = ((Step.Later) begin().first()).next();
    CompletableFuture<Step> third = ((Step.Later) begin().first()).next();
    world.change(pool(2, 9, UNLIMITED));
    assertThat(second).isDone();
    assertThat(third).isNotDone();
    world.change(pool(UNLIMITED, 9, UNLIMITED));
    assertThat(third).isDone();
  }

  @Test
  void whoGivesUpLeavesTheQueue() {
    world.with(pool(1, 1, UNLIMITED)).apply();
    Call one = begin();
    one.first();
    Call two = begin();
    CompletableFuture<Step> second = ((Step.Later) two.first()).next();
    two.abandoned();
    assertThat(second).isDone();
    CompletableFuture<Step> third = ((Step.Later) begin().first()).next();
    one.done();
    assertThat(third.join()).isInstanceOf(Step.Send.class);
  }

  @Test
  void manyThatAreRefusedWhenTheirTurnComesDoNotBlowTheStack() {
    world.with(pool(1, UNLIMITED, UNLIMITED).breaker(50, 1)).apply();
    Call one = begin();
    Step.Send sent = (Step.Send) one.first();
    List<CompletableFuture<Step>> others = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      others.add(((Step.Later) begin().first()).next());
    }
    world.change(pool(1, UNLIMITED, UNLIMITED).breaker(50, 1).attempts(0));
    one.failed(sent.attempt(), new IOException("broken"), Progress.SENT); // Opens the breaker.
    one.done();
    assertThat(others).allMatch(CompletableFuture::isDone);
    assertThat(world.status().limits().connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverHappensEveryPlaceComesBack(long seed) {
    Random random = new Random(seed);
    world.with(random(random)).apply();
    List<Call> calls = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      int at = calls.isEmpty() ? -1 : random.nextInt(calls.size());
      int what = at < 0 ? 0 : random.nextInt(12);
      if (what <= 2) {
        Call call = begin();
        calls.add(call);
        steps.add(call.first());
        call.mayKeep(random.nextInt(2_000));
      } else if (what <= 4) {
        calls.get(at).done();
      } else if (what == 5) {
        calls.get(at).abandoned();
      } else if (what == 6) {
        world.time.passMillis(random.nextInt(200));
      } else if (what == 7 && random.nextInt(50) == 0) {
        world.change(random(random));
      } else {
        steps.set(at, next(calls.get(at), steps.get(at), random));
      }
      assertThat(world.status().limits().connections()).isLessThanOrEqualTo(6);
    }
    calls.forEach(Call::done);
    assertThat(world.status().limits().connections()).isZero();
    assertThat(world.status().limits().pending()).isZero();
    assertThat(world.status().limits().retriesUnderWay()).isZero();
    assertThat(world.status().inFlight()).isZero();
    for (int n = 1; n <= 3; n++) {
      assertThat(world.endpoint(n).inFlight()).isZero();
    }
    assertThat(world.time.waiting()).as("timers").isZero();
    assertThat(world.mesh.status().errors()).isZero();
    Call last = begin();
    last.first();
    assertThat(last.mayKeep(100)).as("memory came back").isTrue();
    last.done();
  }

  private static Given random(Random random) {
    Given given =
        pool(1 + random.nextInt(6), random.nextInt(5), 1 + random.nextInt(20))
            .replay(1_500, 8_000)
            .retryOn("5xx");
    return random.nextBoolean() ? given.timeout(100 + random.nextInt(400)) : given;
  }

  private Step next(Call call, Step step, Random random) {
    if (step instanceof Step.Later wait) {
      return wait.next().isDone() ? wait.next().join() : step;
    }
    if (!(step instanceof Step.Send send)) {
      return step;
    }
    send.attempt().onTimeout(() -> {});
    send.attempt().writeHeaders(new WrittenHeaders());
    return switch (random.nextInt(3)) {
      case 0 -> call.responded(send.attempt(), 200, name -> List.of());
      case 1 -> call.responded(send.attempt(), 503, name -> List.of());
      default -> call.failed(send.attempt(), new IOException("broken"), Progress.NOT_SENT);
    };
  }

  @Test
  void aBodyIsKeptAsFarAsOneAndAllMayGo() {
    world.with(payments(1).replay(1_000, 1_500)).apply();
    Call one = begin();
    Call two = begin();
    one.first();
    two.first();
    assertThat(one.mayKeep(600)).isTrue();
    assertThat(one.mayKeep(400)).isTrue();
    assertThat(two.mayKeep(500)).isTrue();
    assertThat(two.mayKeep(1)).as("too much for the JVM").isFalse();
    assertThat(two.mayKeep(0)).as("once refused, nothing is kept").isFalse();
    assertThat(one.mayKeep(1)).as("too much for one").isFalse();
    Call three = begin();
    three.first();
    assertThat(three.mayKeep(1_000)).as("what was refused came back").isTrue();
    three.done();
    assertThat(three.mayKeep(1)).as("after the end").isFalse();
    one.done();
    two.done();
    assertThat(world.status().limits().bodiesNotKept()).isEqualTo(2);
  }

  @Test
  void nothingIsKeptWhereNothingIsRepeated() {
    world.with(payments(1).attempts(0)).apply();
    Call call = begin();
    call.first();
    assertThat(call.mayKeep(1)).isFalse();
    assertThat(world.status().limits().bodiesNotKept()).isZero();
    call.done();
  }
}
