// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Breaker.Phase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The circuit breaker of a destination; RATIONALE.md, Breaker. */
final class BreakerTest {
  private final PolicyWorld world = new PolicyWorld();

  @BeforeEach
  void given() {
    world.with(payments(1).attempts(0).breaker(50, 20)).apply();
  }

  private Phase phase() {
    return world.status().breaker().orElseThrow();
  }

  private void calls(int n, int status) {
    world.always(1, status(status));
    for (int i = 0; i < n; i++) {
      world.get();
    }
  }

  private void open() {
    calls(20, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  /** More than openFor with its jitter of up to 1.2. */
  private void passOpenTime() {
    world.time.passMillis(6_001);
  }

  @Test
  void opensWhenHalfOfTwentyAttemptsFail() {
    calls(10, 200);
    calls(9, 503);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void staysClosedBelowTheVolume() {
    calls(19, 503);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void staysClosedBelowTheRate() {
    for (int i = 0; i < 100; i++) {
      calls(6, 200);
      calls(4, 503);
    }
    assertThat(phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void sendsNothingWhileItIsOpen() {
    open();
    world.arrived.clear();
    Result result = world.get();
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.CIRCUIT_OPEN);
    assertThat(result.refused().message()).contains("payments");
    assertThat(world.arrived).isEmpty();
    assertThat(world.status().rejected()).isEqualTo(1);
  }

  @Test
  void isHalfOpenAfterItsTimeEvenWhenNobodyCalls() {
    open();
    world.time.passMillis(4_999);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    world.time.passMillis(1_002);
    assertThat(phase()).isEqualTo(Phase.HALF_OPEN);
  }

  @Test
  void letsOneProbeThroughAtATime() {
    open();
    passOpenTime();
    CallDecision probe = world.begin();
    PolicyAttempt sent = PolicyWorld.first(probe);
    assertThat(world.get().refused()).isNotNull();
    probe.responded(sent, 200, name -> List.of());
    probe.end();
    assertThat(world.begin().first(true)).isInstanceOf(PolicyAttempt.class);
  }

  @Test
  void closesAfterThreeProbesThatSucceed() {
    open();
    passOpenTime();
    calls(2, 200);
    assertThat(phase()).isEqualTo(Phase.HALF_OPEN);
    calls(1, 200);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
    calls(19, 503);
    assertThat(phase()).as("the window starts empty").isEqualTo(Phase.CLOSED);
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void aProbeThatFailsOpensItForTwiceAsLong() {
    open();
    passOpenTime();
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    world.time.passMillis(9_999);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    world.time.passMillis(2_002);
    assertThat(phase()).isEqualTo(Phase.HALF_OPEN);
  }

  @Test
  void isOpenForAMinuteAndAFifthAtMost() {
    open();
    for (int i = 0; i < 10; i++) {
      world.time.passMillis(72_001);
      assertThat(phase()).isEqualTo(Phase.HALF_OPEN);
      calls(1, 503);
    }
    world.time.passMillis(59_999);
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void aLostProbeDoesNotWedgeIt() {
    open();
    passOpenTime();
    CallDecision lost = world.begin();
    PolicyAttempt never = PolicyWorld.first(lost);
    world.time.passMillis(9_999);
    assertThat(world.get().refused()).isNotNull();
    world.time.passMillis(2);
    calls(3, 200);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
    lost.responded(never, 503, name -> List.of());
    assertThat(phase()).as("its late answer counts no more").isEqualTo(Phase.CLOSED);
  }

  @Test
  void aProbeThatIsGivenUpMakesRoomForTheNext() {
    open();
    passOpenTime();
    CallDecision probe = world.begin();
    probe.first(true);
    probe.end();
    calls(3, 200);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void whatIsNobodysFaultIsNotCounted() {
    world.always(1, fails(Progress.NOT_SENT));
    for (int i = 0; i < 50; i++) {
      world.get();
    }
    for (int i = 0; i < 50; i++) {
      CallDecision call = world.begin();
      call.first(true);
      call.end();
    }
    assertThat(phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void clientErrorsDoNotOpenIt() {
    calls(50, 404);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void refusalsAreNotFailuresOfTheEndpoint() {
    open();
    long failures = world.endpoint(1).failures();
    calls(10, 503);
    assertThat(world.endpoint(1).failures()).isEqualTo(failures);
    assertThat(world.endpoint(1).inFlight()).isZero();
  }

  @Test
  void aRetryAsksItToo() {
    world.change(payments(1).attempts(2).breaker(50, 6));
    calls(1, 503); // 3 attempts
    world.arrived.clear();
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    assertThat(world.arrived).hasSize(3);
    passOpenTime();
    world.arrived.clear();
    Result result = world.get();
    assertThat(result.status()).as("the failure itself, not the breaker's word").isEqualTo(503);
    assertThat(world.arrived).as("one probe, no retry").hasSize(1);
  }

  @Test
  void theWindowSlidesByTheMeshsClock() {
    calls(19, 503);
    world.time.passMillis(10_000);
    calls(19, 503);
    assertThat(phase()).as("the first nineteen are forgotten").isEqualTo(Phase.CLOSED);
    world.time.passMillis(5_000);
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void howOftenItOpenedAndRefusedIsCounted() {
    open();
    calls(3, 503);
    passOpenTime();
    calls(2, 503); // a probe that fails, and a call that is refused again
    assertThat(world.status().breakerOpened()).isEqualTo(2);
    assertThat(world.status().shortCircuited()).isEqualTo(4);
  }

  @Test
  void aChangeOfSettingsNeitherClosesItNorForgetsItsCounts() {
    calls(19, 503);
    world.change(payments(1).attempts(0).breaker(60, 20));
    calls(1, 503);
    assertThat(phase()).isEqualTo(Phase.OPEN);
    world.change(payments(1).attempts(0).breaker(70, 30));
    assertThat(phase()).isEqualTo(Phase.OPEN);
    passOpenTime();
    calls(3, 200);
    assertThat(phase()).isEqualTo(Phase.CLOSED);
    calls(20, 503);
    assertThat(phase()).as("the new volume is in force").isEqualTo(Phase.CLOSED);
  }
}
