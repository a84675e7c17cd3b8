// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.policy.PolicyStatus.State;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.OutlierSettings.FailurePercentage;
import io.inboard.settings.OutlierSettings.SuccessRate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The detectors of outlier detection, one by one; panic and probes; RATIONALE.md, Ejection. */
final class OutlierTest {
  private final PolicyWorld world = new PolicyWorld();

  /** Settings with every detector off, and what a test turns on. */
  private static final class Detect {
    int errors;
    int gateway;
    int local;
    boolean split = true;
    Duration maxEjection = Duration.ofSeconds(300);
    int maxPercent = 50;
    int minHealth;
    Set<Integer> codes = Set.of();
    Optional<FailurePercentage> failure = Optional.empty();
    Optional<SuccessRate> rate = Optional.empty();
    int probes = 1;

    Given given(int... endpoints) {
      return payments(endpoints)
          .attempts(0)
          .that(
              b ->
                  b.outlierDetection(
                      Optional.of(
                          new OutlierSettings(
                              errors,
                              gateway,
                              local,
                              split,
                              Duration.ofSeconds(10),
                              Duration.ofSeconds(30),
                              maxEjection,
                              maxPercent,
                              minHealth,
                              codes,
                              failure,
                              rate,
                              probes))));
    }
  }

  private final Detect detect = new Detect();

  private State state(int n) {
    return world.endpoint(n).state();
  }

  private void calls(int n) {
    for (int i = 0; i < n; i++) {
      world.get();
    }
  }

  private static int[] upTo(int n) {
    int[] all = new int[n];
    Arrays.setAll(all, i -> i + 1);
    return all;
  }

  /** The next n answers of an endpoint, of which so many are bad, evenly spread. */
  private void mixed(int endpoint, int n, int bad) {
    Answer[] answers = new Answer[n];
    for (int i = 0; i < n; i++) {
      boolean fails = (long) (i + 1) * bad / n > (long) i * bad / n;
      answers[i] = status(fails ? 503 : 200);
    }
    world.script(endpoint, answers);
  }

  /** The interval is over, and the sweep has run. */
  private void sweep() {
    world.time.passMillis(10_000);
    world.get();
    world.time.pass(0);
  }

  private void ejectedFor(int endpoint, EjectionReason reason) {
    assertThat(state(endpoint)).isEqualTo(State.EJECTED);
    assertThat(world.endpoint(endpoint).ejectionsBy()).containsOnlyKeys(reason);
  }

  @Test
  void fiveHundredsAreNotGatewayErrors() {
    detect.gateway = 3;
    world.with(detect.given(1, 2)).apply();
    world.always(1, status(500));
    calls(40);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    world.always(1, status(504));
    calls(6);
    ejectedFor(1, EjectionReason.CONSECUTIVE_GATEWAY_ERRORS);
  }

  @Test
  void another5xxInBetweenStartsTheCountOfGatewayErrorsAgain() {
    detect.gateway = 3;
    world.with(detect.given(1, 2)).apply();
    for (int i = 0; i < 10; i++) {
      world.script(1, status(503), status(502), status(500));
    }
    calls(60);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void anyFiveHundredCountsTowardsThe5xx() {
    detect.errors = 4;
    world.with(detect.given(1, 2)).apply();
    world.script(1, status(500), status(503), status(501), status(599));
    calls(8);
    ejectedFor(1, EjectionReason.CONSECUTIVE_5XX);
  }

  @Test
  void localFailuresHaveALimitOfTheirOwn() {
    detect.local = 3;
    world.with(detect.given(1, 2)).always(1, refused()).apply();
    calls(6);
    ejectedFor(1, EjectionReason.CONSECUTIVE_LOCAL_ORIGIN_FAILURES);
  }

  @Test
  void apartTheyDoNotCountAs5xx() {
    detect.errors = 3;
    world.with(detect.given(1, 2)).always(1, refused()).apply();
    calls(100);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void togetherTheyCountAs5xx() {
    detect.errors = 3;
    detect.split = false;
    world.with(detect.given(1, 2)).apply();
    world.script(1, refused(), status(500), refused());
    calls(6);
    ejectedFor(1, EjectionReason.CONSECUTIVE_5XX);
  }

  @Test
  void theSettingsSayWhichAnswersAreErrors() {
    detect.errors = 3;
    detect.codes = Set.of(429, 503);
    world.with(detect.given(1, 2, 3, 4)).apply();
    world.always(1, status(500)).always(2, status(429));
    calls(40);
    assertThat(state(1)).as("500 is not among them").isEqualTo(State.HEALTHY);
    ejectedFor(2, EjectionReason.CONSECUTIVE_5XX);
  }

  @Test
  void halfOfTwentyFailedAttemptsOfAnIntervalAreTooMany() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    world.with(detect.given(1, 2)).apply();
    mixed(1, 20, 10);
    calls(40);
    assertThat(state(1)).as("the interval is not over").isEqualTo(State.HEALTHY);
    sweep();
    ejectedFor(1, EjectionReason.FAILURE_PERCENTAGE);
    assertThat(state(2)).isEqualTo(State.HEALTHY);
  }

  @Test
  void fewerThanTwentyOrLessThanHalfAreNot() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    world.with(detect.given(1, 2)).apply();
    mixed(1, 19, 10);
    calls(38);
    sweep();
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    mixed(1, 100, 48);
    calls(200);
    sweep();
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void eachIntervalIsJudgedByItself() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    world.with(detect.given(1, 2)).apply();
    for (int i = 0; i < 5; i++) {
      mixed(1, 15, 15);
      calls(30);
      sweep();
    }
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void whatWasLongAgoSaysNothingOfNow() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    world.with(detect.given(1, 2)).apply();
    mixed(1, 30, 30);
    calls(60);
    world.time.passMillis(600_000);
    sweep();
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void oneAloneIsNeverTakenOut() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    detect.errors = 5;
    detect.maxPercent = 100;
    world.with(detect.given(1)).always(1, status(503)).apply();
    calls(50);
    sweep();
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void oneFarBelowItsSiblingsIsFound() {
    detect.rate = Optional.of(new SuccessRate(5, 100, 1.9));
    world.with(detect.given(upTo(6))).apply();
    mixed(3, 100, 20);
    calls(600);
    sweep();
    ejectedFor(3, EjectionReason.SUCCESS_RATE);
    assertThat(world.status().endpoints().stream().filter(e -> e.state() != State.HEALTHY))
        .hasSize(1);
  }

  @Test
  void fourSiblingsAreTooFewToCompare() {
    detect.rate = Optional.of(new SuccessRate(5, 100, 1.9));
    world.with(detect.given(upTo(4))).apply();
    mixed(3, 100, 20);
    calls(400);
    sweep();
    assertThat(state(3)).isEqualTo(State.HEALTHY);
  }

  @Test
  void siblingsWithTooFewAttemptsAreNotCompared() {
    detect.rate = Optional.of(new SuccessRate(5, 100, 1.9));
    world.with(detect.given(upTo(6))).apply();
    mixed(3, 99, 20);
    calls(594);
    sweep();
    assertThat(state(3)).isEqualTo(State.HEALTHY);
  }

  @Test
  void whatChanceExplainsIsNotAnOutlier() {
    detect.rate = Optional.of(new SuccessRate(5, 100, 1.9));
    world.with(detect.given(upTo(10))).apply();
    // All at 1 %, one of them at 3 %: by 1.9 σ alone it would go.
    for (int i = 1; i <= 10; i++) {
      mixed(i, 100, i == 4 ? 3 : 1);
    }
    calls(1_000);
    sweep();
    assertThat(state(4)).isEqualTo(State.HEALTHY);
  }

  @Test
  void aSweepIsTheTimersWorkAndNotTheRequests() {
    detect.failure = Optional.of(new FailurePercentage(50, 20));
    world.with(detect.given(1, 2)).apply();
    mixed(1, 20, 20);
    calls(40);
    world.time.pass(0);
    world.time.passMillis(10_000);
    for (int i = 0; i < 10; i++) {
      CallDecision call = world.begin();
      call.responded(PolicyWorld.first(call), 200, name -> List.of());
      call.end();
    }
    assertThat(world.time.waiting()).as("handed to the timer, once").isEqualTo(1);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    world.time.pass(0);
    assertThat(state(1)).isEqualTo(State.EJECTED);
  }

  @Test
  void theLongestEjectionIsAsTheSettingsSay() {
    detect.errors = 2;
    detect.maxEjection = Duration.ofSeconds(40);
    world.with(detect.given(1, 2)).always(1, status(503)).apply();
    calls(4);
    for (int i = 0; i < 4; i++) {
      world.time.passMillis(45_000);
      calls(2);
    }
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(39_999L, 44_000L);
    assertThat(world.endpoint(1).ejectionsBy())
        .containsEntry(EjectionReason.CONSECUTIVE_5XX, 1L)
        .containsEntry(EjectionReason.FAILED_PROBE, 4L);
    assertThat(world.status().probesFailed()).isEqualTo(4);
  }

  @Test
  void asManyProbesAtATimeAsTheSettingsSay() {
    detect.errors = 2;
    detect.probes = 3;
    world.with(detect.given(1, 2)).always(1, status(503)).apply();
    calls(4);
    world.time.passMillis(33_001);
    List<CallDecision> open = new ArrayList<>();
    List<PolicyAttempt> probes = new ArrayList<>();
    List<CallDecision> probing = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      CallDecision call = world.begin();
      PolicyAttempt send = PolicyWorld.first(call);
      open.add(call);
      if (send.target().orElseThrow().address().toString().contains("10.0.0.1:")) {
        probes.add(send);
        probing.add(call);
      }
    }
    assertThat(probes).hasSize(3);
    probing.get(1).end();
    calls(2);
    assertThat(state(1)).as("a fourth took the place of the one given up").isEqualTo(State.EJECTED);
    probing.get(0).responded(probes.get(0), 200, name -> List.of());
    assertThat(state(1)).as("sent before that one failed").isEqualTo(State.EJECTED);
    open.forEach(CallDecision::end);
  }

  @Test
  void withTooFewHealthyOnesEjectionsAreIgnored() {
    detect.errors = 2;
    detect.maxPercent = 100;
    detect.minHealth = 50;
    world.with(detect.given(1, 2, 3, 4)).apply();
    for (int i = 1; i <= 2; i++) {
      world.always(i, status(503));
    }
    calls(16);
    assertThat(world.status().panic()).as("half are left").isFalse();
    world.arrived.clear();
    calls(20);
    assertThat(world.arrived).doesNotContain(PolicyWorld.address(1), PolicyWorld.address(2));
    world.always(3, status(503));
    calls(8);
    assertThat(state(3)).isEqualTo(State.EJECTED);
    assertThat(world.status().panic()).isTrue();
    world.arrived.clear();
    calls(20);
    assertThat(world.arrived)
        .contains(
            PolicyWorld.address(1),
            PolicyWorld.address(2),
            PolicyWorld.address(3),
            PolicyWorld.address(4));
    assertThat(world.status().panicked()).isPositive();
  }

  @Test
  void panicEndsByProbes() {
    detect.errors = 2;
    detect.maxPercent = 100;
    detect.minHealth = 50;
    world.with(detect.given(1, 2, 3)).always(1, status(503)).always(2, status(503)).apply();
    calls(12);
    assertThat(world.status().panic()).isTrue();
    world.always(1, status(200)).always(2, status(200));
    calls(12);
    assertThat(state(1)).as("answers in a panic do not shorten it").isEqualTo(State.EJECTED);
    world.time.passMillis(33_001);
    calls(12);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    assertThat(state(2)).isEqualTo(State.HEALTHY);
    assertThat(world.status().panic()).isFalse();
    assertThat(world.status().probesSucceeded()).isEqualTo(2);
  }

  @Test
  void aChangeOfSettingsForgetsNoEjection() {
    detect.errors = 2;
    world.with(detect.given(1, 2, 3)).always(1, status(503)).apply();
    calls(6);
    long remaining = world.endpoint(1).ejectedForMillis();
    detect.errors = 7;
    detect.maxPercent = 34;
    world.change(detect.given(1, 2, 3));
    assertThat(world.endpoint(1).ejectedForMillis()).isEqualTo(remaining);
    assertThat(world.endpoint(1).ejectionsBy()).containsOnlyKeys(EjectionReason.CONSECUTIVE_5XX);
    world.always(2, status(503));
    calls(30);
    assertThat(state(2)).as("the one that is out counts").isEqualTo(State.HEALTHY);
  }

  @Test
  void anEndpointThatLeftMakesRoomForAnother() {
    detect.errors = 2;
    world.with(detect.given(1, 2, 3)).always(1, status(503)).apply();
    calls(6);
    world.change(detect.given(2, 3, 4));
    world.always(2, status(503));
    calls(6);
    assertThat(state(2)).isEqualTo(State.EJECTED);
  }
}
