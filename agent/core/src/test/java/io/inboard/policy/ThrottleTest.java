// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Step;
import io.inboard.settings.DestinationSettings.AdmissionSettings;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Client throttling; RATIONALE.md, Throttling. */
final class ThrottleTest {
  private final PolicyWorld world = new PolicyWorld();

  private static Given throttled(double threshold, double aggression, double max) {
    return payments(1)
        .attempts(0)
        .that(
            b ->
                b.admissionControl(
                    Optional.of(
                        new AdmissionSettings(
                            threshold, aggression, Duration.ofSeconds(30), max))));
  }

  /** One call each 10 ms; how many of them were refused. */
  private int refused(int calls) {
    int refused = 0;
    for (int i = 0; i < calls; i++) {
      Result result = world.get();
      if (result.refused() != null) {
        assertThat(result.refused().reason()).isEqualTo(Step.Reason.THROTTLED);
        assertThat(result.refused().message()).contains("payments").contains("nothing was sent");
        refused++;
      }
      world.time.passMillis(10);
    }
    return refused;
  }

  @Test
  void aDestinationThatFailsGetsLessButNeverNothing() {
    world.with(throttled(95, 1, 80)).always(1, status(503)).apply();
    refused(1000);
    assertThat(refused(2000)).isBetween(1500, 1700);
    assertThat(world.status().throttled()).isGreaterThan(1500);
  }

  @Test
  void whatItFindsOutOpensTheDoorAgain() {
    world.with(throttled(95, 1, 80)).always(1, status(503)).apply();
    refused(1000);
    world.always(1, status(200));
    refused(3000);
    assertThat(refused(1000)).isZero();
  }

  @Test
  void whoFailsLessThanTheThresholdAllowsIsNotThrottled() {
    world.with(throttled(95, 1, 80)).apply();
    for (int i = 0; i < 20; i++) {
      assertThat(refused(49)).isZero();
      world.script(1, status(500));
    }
  }

  @Test
  void moreAggressionRefusesMore() {
    world.with(throttled(95, 1, 100)).apply();
    int gentle = halfFails();
    assertThat(gentle).isBetween(200, 800);
    ThrottleTest other = new ThrottleTest();
    other.world.with(throttled(95, 3, 100)).apply();
    assertThat(other.halfFails()).isGreaterThan(gentle + 100);
  }

  private int halfFails() {
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      world.always(1, status(i % 2 == 0 ? 200 : 503));
      refused += refused(1);
    }
    return refused;
  }

  @Test
  void refusalsOfOursCountNowhereElse() {
    world.with(throttled(95, 1, 80).breaker(90, 5000)).always(1, status(503)).apply();
    refused(3000);
    assertThat(world.status().breaker()).contains(Breaker.Phase.CLOSED);
    assertThat(world.endpoint(1).failures()).isEqualTo(world.arrived.size());
  }

  @Test
  void aChangeElsewhereInTheSettingsForgetsNothing() {
    world.with(throttled(95, 1, 80)).always(1, status(503)).apply();
    refused(1000);
    world.change(throttled(95, 1, 80).timeout(900));
    assertThat(refused(100)).isGreaterThan(50);
  }

  @Test
  void withoutTheKeyNothingIsThrottled() {
    world.with(payments(1).attempts(0)).always(1, status(503)).apply();
    assertThat(refused(500)).isZero();
  }
}
