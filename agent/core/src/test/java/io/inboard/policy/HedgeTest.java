// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.settings.DestinationSettings.HedgeSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A second attempt beside a slow one; RATIONALE.md, Hedging. */
final class HedgeTest {
  private static final Decision OTHER_IN_FLIGHT = new Decision.End(Step.OTHER_IN_FLIGHT);

  private final PolicyWorld world = new PolicyWorld();

  private static Given hedging(long afterMillis, double maxExtra) {
    return payments(1, 2, 3)
        .that(
            b ->
                b.hedge(
                    Optional.of(
                        new HedgeSettings(
                            95, Optional.of(Duration.ofMillis(afterMillis)), maxExtra, false))));
  }

  private CallDecision begin(Request request) {
    return world.begin(request);
  }

  private PolicyAttempt sent(Decision decision) {
    return world.sent(decision);
  }

  private static Decision answer(CallDecision call, PolicyAttempt attempt, int status) {
    return call.responded(attempt, status, name -> List.of());
  }

  private void assertNothingIsUnderWay() {
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.status().limits().retriesUnderWay()).isZero();
    assertThat(world.status().limits().connections()).isZero();
    for (int n = 1; n <= 3; n++) {
      assertThat(world.endpoint(n).inFlight()).isZero();
      assertThat(world.endpoint(n).failures()).isZero();
    }
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void theSecondGoesElsewhereAndTheLoserIsNobodysFailure() {
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of("GET"));
    PolicyAttempt slow = sent(call.first(true));
    assertThat(slow.hedgeAfterNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
    Decision step = call.hedge(slow);
    assertThat(((PolicyAttempt) step).delayNanos()).isZero();
    PolicyAttempt second = sent(step);
    assertThat(second.number()).isEqualTo(2);
    assertThat(second.target().get().address()).isNotEqualTo(slow.target().get().address());
    assertThat(second.hedgeAfterNanos()).as("one extra").isEqualTo(Long.MAX_VALUE);
    assertThat(call.hedge(second)).isEqualTo(Decision.DELIVER);
    assertThat(answer(call, second, 200)).isEqualTo(Decision.DELIVER);
    call.lost(slow);
    call.end();
    assertThat(world.status().limits().hedgesWon()).isEqualTo(1);
    assertThat(world.status().retries()).isZero();
    assertThat(world.status().budgetTokens()).as("it costs a token").isLessThan(9.5);
    assertNothingIsUnderWay();
  }

  @Test
  void whenOneFailsTheOtherIsWaitedFor() {
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of("GET"));
    PolicyAttempt slow = sent(call.first(true));
    PolicyAttempt second = sent(call.hedge(slow));
    assertThat(answer(call, second, 503)).isEqualTo(OTHER_IN_FLIGHT);
    assertThat(answer(call, slow, 200)).isEqualTo(Decision.DELIVER);
    call.end();
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.status().limits().retriesUnderWay()).isZero();
  }

  @Test
  void whenBothFailThereIsAThirdAtAThirdEndpoint() {
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of("GET"));
    PolicyAttempt slow = sent(call.first(true));
    PolicyAttempt second = sent(call.hedge(slow));
    assertThat(call.failed(slow, new IOException("broken"), Progress.SENT))
        .isEqualTo(OTHER_IN_FLIGHT);
    PolicyAttempt third = sent(answer(call, second, 503));
    assertThat(third.number()).isEqualTo(3);
    assertThat(third.target().get().address())
        .isNotIn(slow.target().get().address(), second.target().get().address());
    assertThat(answer(call, third, 503)).as("two are all").isEqualTo(Decision.DELIVER);
    call.end();
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.status().limits().retriesUnderWay()).isZero();
  }

  @ParameterizedTest(name = "{0} with a body {1}: {2}")
  @CsvSource({"POST, REPLAYABLE, false", "GET, ONE_SHOT, false", "GET, NONE, true"})
  void onlyWhatMayRunTwiceIsHedged(String method, Body body, boolean hedged) {
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of(method).with(body));
    PolicyAttempt slow = sent(call.first(true));
    assertThat(slow.hedgeAfterNanos() != Long.MAX_VALUE).isEqualTo(hedged);
    assertThat(call.hedge(slow) instanceof PolicyAttempt).isEqualTo(hedged);
    call.end();
  }

  @Test
  void aRetryOfTheCallerIsNotHedged() {
    world.terms = new CallerTerms(CallerTerms.NO_DEADLINE, false, true, "");
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of("GET"));
    assertThat(call.hedge(sent(call.first(true)))).isEqualTo(Decision.DELIVER);
    call.end();
    assertNothingIsUnderWay();
  }

  @Test
  void thereAreNoMoreThanTheShareThatIsSet() {
    world.with(hedging(30, 5)).apply();
    int hedged = 0;
    for (int i = 0; i < 1_000; i++) {
      CallDecision call = begin(Request.of("GET"));
      PolicyAttempt slow = sent(call.first(true));
      Decision step = call.hedge(slow);
      if (step instanceof PolicyAttempt) {
        hedged++;
        PolicyAttempt second = sent(step);
        answer(call, second, 200);
        call.lost(slow);
      } else {
        answer(call, slow, 200);
      }
      call.end();
    }
    assertThat(hedged).isBetween(49, 50);
    assertThat(world.status().limits().hedgesDenied()).isEqualTo(1_000 - hedged);
    assertNothingIsUnderWay();
  }

  @Test
  void aHedgeTakesAPlaceOfThePoolAndDoesNotWaitForOne() {
    Given pool =
        hedging(30, 100)
            .that(
                b ->
                    b.connectionPool(
                        new PoolSettings(
                            Duration.ofSeconds(1),
                            2,
                            5,
                            PoolSettings.UNLIMITED,
                            PoolSettings.UNLIMITED)));
    world.with(pool).apply();
    CallDecision one = begin(Request.of("GET"));
    PolicyAttempt slow = sent(one.first(true));
    PolicyAttempt second = sent(one.hedge(slow));
    assertThat(world.status().limits().connections()).isEqualTo(2);
    answer(one, second, 200);
    one.lost(slow);
    one.end();
    CallDecision two = begin(Request.of("GET"));
    PolicyAttempt first = sent(two.first(true));
    CallDecision three = begin(Request.of("GET"));
    three.first(true);
    assertThat(two.hedge(first)).isEqualTo(Decision.DELIVER);
    assertThat(world.status().limits().pending()).isZero();
    two.end();
    three.end();
    assertNothingIsUnderWay();
  }

  @Test
  void thePercentileIsThatOfTheDestinationAndTenMillisecondsAtLeast() {
    world.with(percentile()).apply();
    CallDecision early = begin(Request.of("GET"));
    assertThat(sent(early.first(true)).hedgeAfterNanos()).isEqualTo(Long.MAX_VALUE);
    early.end();
    for (int i = 0; i < 40; i++) {
      world.slowly(1);
    }
    world.time.passMillis(1_100);
    CallDecision quick = begin(Request.of("GET"));
    assertThat(sent(quick.first(true)).hedgeAfterNanos())
        .isEqualTo(TimeUnit.MILLISECONDS.toNanos(10));
    quick.end();
    for (int i = 0; i < 60; i++) {
      world.slowly(40);
    }
    world.time.passMillis(1_100);
    CallDecision slow = begin(Request.of("GET"));
    assertThat(sent(slow.first(true)).hedgeAfterNanos())
        .isBetween(TimeUnit.MILLISECONDS.toNanos(38), TimeUnit.MILLISECONDS.toNanos(43));
    slow.end();
  }

  private static Given percentile() {
    return payments(1, 2)
        .that(b -> b.hedge(Optional.of(new HedgeSettings(95, Optional.empty(), 5, false))));
  }

  @Test
  void theBoundOfAnAttemptMayBringASecondAndStopNothing() {
    world
        .with(
            payments(1, 2, 3)
                .perTry(100)
                .that(
                    b -> b.hedge(Optional.of(new HedgeSettings(95, Optional.empty(), 100, true)))))
        .apply();
    CallDecision call = begin(Request.of("GET"));
    PolicyAttempt slow = sent(call.first(true));
    boolean[] stopped = new boolean[1];
    slow.onTimeout(() -> stopped[0] = true);
    assertThat(slow.hedgeAfterNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(slow.timeoutNanos()).isEqualTo(Long.MAX_VALUE);
    world.time.passMillis(500);
    assertThat(stopped[0]).isFalse();
    PolicyAttempt second = sent(call.hedge(slow));
    assertThat(answer(call, slow, 200)).isEqualTo(Decision.DELIVER);
    call.lost(second);
    call.end();
    assertThat(world.status().limits().hedgesLost()).isEqualTo(1);
    assertNothingIsUnderWay();
  }

  @Test
  void theEndOfTheTimeStopsBoth() {
    world.with(hedging(30, 100).timeout(200)).apply();
    CallDecision call = begin(Request.of("GET"));
    boolean[] stopped = new boolean[2];
    PolicyAttempt slow = sent(call.first(true));
    slow.onTimeout(() -> stopped[0] = true);
    PolicyAttempt second = sent(call.hedge(slow));
    second.onTimeout(() -> stopped[1] = true);
    world.time.passMillis(200);
    assertThat(stopped).containsExactly(true, true);
    assertThat(call.failed(slow, new IOException("closed"), Progress.SENT))
        .isEqualTo(OTHER_IN_FLIGHT);
    Decision last = call.failed(second, new IOException("closed"), Progress.SENT);
    assertThat(((Step.Refuse) PolicyWorld.last(last)).reason()).isEqualTo(Step.Reason.TIMEOUT);
    call.end();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void whoGivesUpGivesUpBoth() {
    world.with(hedging(30, 100)).apply();
    CallDecision call = begin(Request.of("GET"));
    sent(call.hedge(sent(call.first(true))));
    call.end();
    assertNothingIsUnderWay();
  }
}
