// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.policy.PolicyStatus.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is taken out, for how long, and how it comes back; RATIONALE.md, Ejection. */
final class EjectionTest {
  private final PolicyWorld world = new PolicyWorld();

  private State state(int n) {
    return world.endpoint(n).state();
  }

  private void calls(int n) {
    for (int i = 0; i < n; i++) {
      world.get();
    }
  }

  /** Calls until the endpoint has got n requests more. */
  private void hit(int endpoint, int n) {
    long until = world.endpoint(endpoint).requests() + n;
    for (int i = 0; world.endpoint(endpoint).requests() < until; i++) {
      assertThat(i).as("endpoint %d gets requests", endpoint).isLessThan(1_000);
      world.get();
    }
  }

  private int ejected() {
    return (int)
        world.status().endpoints().stream().filter(e -> e.state() == State.EJECTED).count();
  }

  static List<Answer> failures() {
    return List.of(status(500), status(503), status(504), refused(), fails(Progress.SENT));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void isTakenOutAfterFiveFailuresInARow(Answer failure) {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, failure).apply();
    hit(1, 4);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    hit(1, 1);
    assertThat(state(1)).isEqualTo(State.EJECTED);
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(29_999L, 33_000L);
    assertThat(world.endpoint(1).ejections()).isEqualTo(1);
    world.arrived.clear();
    calls(100);
    assertThat(world.arrived).doesNotContain(PolicyWorld.address(1));
  }

  @Test
  void aSuccessInBetweenStartsTheCountAgain() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50));
    for (int i = 0; i < 10; i++) {
      world.script(1, status(503), refused(), status(503), status(500), status(404));
    }
    world.apply();
    hit(1, 50);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void answersAndFailuresSeenHereAreCountedApart() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50));
    // Every answer shows that the endpoint can be reached; five answers with 5xx are too many.
    world.script(1, refused(), refused(), refused(), status(503), refused(), refused(), refused());
    world.script(1, status(503), refused(), status(503), status(503));
    world.apply();
    hit(1, 11);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    world.script(1, status(503));
    hit(1, 1);
    assertThat(state(1)).isEqualTo(State.EJECTED);
  }

  @Test
  void whatIsNotTheEndpointsDoingDoesNotCount() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50));
    world.always(1, fails(Progress.NOT_SENT)).apply();
    hit(1, 20);
    world.always(1, fails(Progress.REFUSED_STREAM));
    hit(1, 20);
    for (int i = 0; i < 20; i++) {
      CallDecision call = world.begin();
      call.first(true);
      call.end();
    }
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @ParameterizedTest(name = "of {0} endpoints {2} with at most {1} %")
  @CsvSource({
    "1, 100, 0",
    "2, 50, 1",
    "2, 100, 1",
    "2, 10, 1",
    "3, 50, 1",
    "4, 50, 2",
    "10, 50, 5",
    "10, 10, 1",
    "3, 100, 2",
    "5, 0, 0",
    "7, 30, 2"
  })
  void takesOutOnlySoMany(int endpoints, int maxPercent, int expected) {
    int[] all = new int[endpoints];
    for (int i = 0; i < endpoints; i++) {
      all[i] = i + 1;
      world.always(i + 1, status(503));
    }
    world.with(payments(all).attempts(0).outlier(5, maxPercent)).apply();
    calls(500);
    assertThat(ejected()).isEqualTo(expected);
  }

  @Test
  void comesBackByOneProbeAtATime() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    hit(1, 5);
    world.time.passMillis(33_001);
    assertThat(state(1)).isEqualTo(State.PROBING);
    List<CallDecision> open = new ArrayList<>();
    List<String> to = new ArrayList<>();
    PolicyAttempt probe = null;
    CallDecision probing = null;
    for (int i = 0; i < 20; i++) {
      CallDecision call = world.begin();
      PolicyAttempt send = PolicyWorld.first(call);
      String host = send.target().orElseThrow().address();
      to.add(host);
      if (host.equals(PolicyWorld.address(1))) {
        probe = send;
        probing = call;
      }
      open.add(call);
    }
    assertThat(Collections.frequency(to, PolicyWorld.address(1))).isEqualTo(1);
    probing.responded(probe, 200, name -> List.of());
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    open.forEach(CallDecision::end);
    world.always(1, status(200));
    hit(1, 10);
  }

  @Test
  void aProbeThatFailsTakesItOutForLonger() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    hit(1, 5);
    world.time.passMillis(33_001);
    hit(1, 1);
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(59_999L, 66_000L);
    world.time.passMillis(66_001);
    hit(1, 1);
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(89_999L, 99_000L);
  }

  @Test
  void isNeverOutForMoreThanFiveMinutesAndATenth() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    hit(1, 5);
    for (int i = 0; i < 20; i++) {
      world.time.passMillis(330_001);
      hit(1, 1);
    }
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(299_999L, 330_000L);
  }

  @Test
  void healthyTimeIsForgiven() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    hit(1, 5);
    for (int i = 0; i < 2; i++) {
      world.time.passMillis(100_000);
      hit(1, 1); // k is 3 in the end
    }
    world.time.passMillis(100_000);
    world.always(1, status(200));
    hit(1, 1);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
    world.time.passMillis(20_000); // two sweeps of 10 s: k is 1
    world.always(1, status(503));
    hit(1, 5);
    assertThat(world.endpoint(1).ejectedForMillis()).isBetween(59_999L, 66_000L);
  }

  @Test
  void aLostProbeDoesNotKeepItOutForEver() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    hit(1, 5);
    world.time.passMillis(33_001);
    world.always(1, status(200));
    // One of two in turn gets the probe, and is never heard of again.
    world.begin().first(true);
    world.begin().first(true);
    world.arrived.clear();
    calls(20);
    assertThat(world.arrived).doesNotContain(PolicyWorld.address(1));
    world.time.passMillis(10_000);
    calls(4);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }

  @Test
  void anAnswerToWhatWasSentBeforeSaysNothingNew() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    List<CallDecision> calls = new ArrayList<>();
    List<PolicyAttempt> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      CallDecision call = world.begin();
      calls.add(call);
      sent.add(PolicyWorld.first(call));
    }
    hit(1, 5);
    long out = world.endpoint(1).ejectedForMillis();
    for (int i = 0; i < 10; i++) {
      calls.get(i).failed(sent.get(i), new java.io.IOException("late"), Progress.SENT);
    }
    assertThat(world.endpoint(1).ejectedForMillis()).isEqualTo(out);
    assertThat(world.endpoint(1).ejections()).isEqualTo(1);
    calls.forEach(CallDecision::end);
  }

  @Test
  void aKilledInstanceCostsNoGet() {
    world.with(payments(1, 2, 3).outlier(5, 50)).always(2, refused()).apply();
    for (int i = 0; i < 1_000; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.endpoint(2).requests()).isEqualTo(5);
  }

  @Test
  void withoutOutlierDetectionNobodyIsTakenOut() {
    world.with(payments(1, 2).attempts(0)).always(1, status(503)).apply();
    hit(1, 100);
    assertThat(state(1)).isEqualTo(State.HEALTHY);
  }
}
