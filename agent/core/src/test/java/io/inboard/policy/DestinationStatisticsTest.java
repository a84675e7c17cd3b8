// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.policy.PolicyStatus.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Hystrix's users look at: what a destination saw in the last ten seconds, and how fast. */
final class DestinationStatisticsTest {
  private final PolicyWorld world = new PolicyWorld();

  /** A call that is answered after so many milliseconds. */
  private void answered(long millis) {
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    send.goesOut(world.time.nanos());
    world.time.passMillis(millis);
    call.responded(send, 200, name -> List.of());
    call.end();
  }

  @Test
  void anEndpointIsNotCalledHealthyBeforeAnythingWasSentToIt() {
    world.with(payments(1)).apply();
    assertThat(world.endpoint(1).state()).isEqualTo(State.UNTRIED);
    world.get();
    assertThat(world.endpoint(1).state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void theWindowShowsWhatWentWellAndWhatDidNot() {
    world.with(payments(1).attempts(1)).apply();
    world.script(1, status(503), status(200), status(200), status(503), status(503));
    for (int i = 0; i < 3; i++) {
      world.get();
    }
    PolicyStatus.Window window = world.status().window();
    assertThat(window.calls()).isEqualTo(3);
    assertThat(window.success()).isEqualTo(2);
    assertThat(window.failure()).isEqualTo(3);
    assertThat(window.errorPercent()).isCloseTo(60, within(0.01));
    assertThat(window.retries()).isEqualTo(2);
    world.time.passMillis(10_000);
    assertThat(world.status().window())
        .isEqualTo(new PolicyStatus.Window(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(world.status().calls()).isEqualTo(3);
    assertThat(world.status().retries()).isEqualTo(2);
  }

  @Test
  void timeoutsAndRefusalsAreShownByKind() {
    world.with(payments(1).attempts(0).timeout(100).breaker(50, 5)).always(1, silence()).apply();
    for (int i = 0; i < 8; i++) {
      world.get();
    }
    PolicyStatus status = world.status();
    assertThat(status.window().timeouts()).isEqualTo(5);
    assertThat(status.timeouts()).isEqualTo(5);
    assertThat(status.window().failure()).isEqualTo(5);
    assertThat(status.window().shortCircuited()).isEqualTo(3);
    assertThat(status.shortCircuited()).isEqualTo(3);
    assertThat(status.rejected()).isEqualTo(3);
    assertThat(status.breakerOpened()).isEqualTo(1);
    assertThat(status.latency().count()).as("nothing was answered").isZero();
  }

  @Test
  void latencyIsFromTheSendingToTheHead() {
    world.with(payments(1)).apply();
    for (int i = 1; i <= 100; i++) {
      answered(i);
    }
    PolicyStatus.Latency latency = world.status().latency();
    assertThat(latency.count()).isEqualTo(100);
    assertThat(latency.p50()).isCloseTo(50, within(2.5));
    assertThat(latency.p90()).isCloseTo(90, within(4.5));
    assertThat(latency.p95()).isCloseTo(95, within(4.8));
    assertThat(latency.p99()).isCloseTo(99, within(5.0));
    assertThat(latency.p999()).isCloseTo(100, within(5.0));
    assertThat(latency.mean()).isCloseTo(50.5, within(2.5));
  }

  @Test
  void callsAreInFlightUntilTheirBodyIsRead() {
    world.with(payments(1)).apply();
    CallDecision first = world.begin();
    PolicyAttempt send = PolicyWorld.first(first);
    CallDecision second = world.begin();
    second.first(true);
    assertThat(world.status().inFlight()).isEqualTo(2);
    first.responded(send, 200, name -> List.of());
    assertThat(world.status().inFlight()).isEqualTo(2);
    first.end();
    first.end();
    assertThat(world.status().inFlight()).isEqualTo(1);
    second.end();
    second.end();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void aRefusedCallIsNotInFlight() {
    world.with(payments(1).attempts(0).breaker(50, 1)).always(1, status(503)).apply();
    world.get();
    assertThat(world.get().refused()).isNotNull();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void aChangeOfSettingsLosesNothing() {
    world.with(payments(1).attempts(0)).apply();
    answered(10);
    answered(10);
    world.change(payments(1, 2).attempts(1));
    assertThat(world.status().window().success()).isEqualTo(2);
    assertThat(world.status().latency().count()).isEqualTo(2);
  }
}
