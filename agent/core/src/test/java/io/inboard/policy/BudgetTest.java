// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the retry budget does to calls; RATIONALE.md, Budget. */
final class BudgetTest {
  private final PolicyWorld world = new PolicyWorld();

  private void allAnswer(int status) {
    for (int n = 1; n <= 3; n++) {
      world.always(n, status(status));
    }
  }

  @Test
  void anEmptyBudgetHandsTheLastFailureOn() {
    world.with(payments(1, 2, 3)).apply();
    allAnswer(503);
    int attempts = 0;
    for (int i = 0; i < 100; i++) {
      Result result = world.get();
      assertThat(result.status()).isEqualTo(503);
      attempts += result.attempts();
    }
    assertThat(attempts).isEqualTo(100 + 10);
    assertThat(world.status().budgetTokens()).isZero();
    assertThat(world.status().retries()).isEqualTo(10);
    assertThat(world.status().retriesDenied()).isEqualTo(95);
  }

  @Test
  void successesFillItAgain() {
    world.with(payments(1, 2, 3)).apply();
    allAnswer(503);
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    allAnswer(200);
    for (int i = 0; i < 5; i++) {
      world.get();
    }
    world.script(1, status(503)).script(2, status(503)).script(3, status(503));
    assertThat(world.get().attempts()).isEqualTo(2);
  }

  @Test
  void theFirstFailoverOfWhatWasNeverSentIsFreeWhileMostAreHealthy() {
    world.with(payments(1, 2, 3)).always(1, refused()).apply();
    for (int i = 0; i < 90; i++) {
      assertThat(world.call(Request.of("POST")).ok()).isTrue();
    }
    assertThat(world.status().retries()).isEqualTo(world.endpoint(1).requests()).isPositive();
    assertThat(world.status().budgetTokens()).isEqualTo(10);
  }

  @Test
  void failoversCostTokensWhenMostAreDown() {
    world.with(payments(1, 2, 3, 4).outlier(1, 50).attempts(1)).apply();
    for (int n = 1; n <= 4; n++) {
      world.always(n, refused());
    }
    world.get(); // Free, and ejects two of the four.
    assertThat(world.status().budgetTokens()).isEqualTo(10);
    world.get();
    assertThat(world.status().budgetTokens()).isEqualTo(9);
  }

  @Test
  void changedSettingsGiveNoNewTokens() {
    world.with(payments(1, 2, 3)).apply();
    allAnswer(503);
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    world.change(payments(1, 2, 3).attempts(5));
    assertThat(world.get().attempts()).isEqualTo(1);
  }

  @Test
  void nothingIsUnderWayAfterwards() {
    world.with(payments(1, 2, 3)).apply();
    allAnswer(503);
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.status().limits().retriesUnderWay()).isZero();
    assertThat(world.status().inFlight()).isZero();
  }
}
