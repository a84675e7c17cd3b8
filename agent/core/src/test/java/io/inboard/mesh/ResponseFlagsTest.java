// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Envoy's response flags; RATIONALE.md, Flags. */
final class ResponseFlagsTest {
  private final World world = new World();

  @ParameterizedTest
  @CsvSource({
    "connect-failure, UF",
    "untrusted, UF",
    "reset-before-request, UC",
    "reset-before-response, UC",
    "response-broken, UC",
    "refused-stream, UR",
    "per-try-timeout, UT",
    "timeout, UT",
    "library-timeout, UT",
    "abandoned, DC",
    "200, ''",
    "503, ''"
  })
  void anOutcomeHasItsFlag(String outcome, String flag) {
    assertThat(ResponseFlags.of(outcome)).isEqualTo(flag);
  }

  @ParameterizedTest
  @EnumSource(Step.Reason.class)
  void everyRefusalHasOne(Step.Reason reason) {
    assertThat(ResponseFlags.of(reason)).matches("U[TOHF]|RL");
  }

  @Test
  void flagsAreJoined() {
    assertThat(ResponseFlags.join(ResponseFlags.of("timeout"), ResponseFlags.EXHAUSTED))
        .isEqualTo("UT,URX");
    assertThat(ResponseFlags.join("", "URX")).isEqualTo("URX");
    assertThat(ResponseFlags.join("UT", "")).isEqualTo("UT");
  }

  @Test
  void theLastOfTooManyFailuresSaysThatRetriesAreExhausted() {
    world.with(payments(1, 2)).always(1, status(503)).always(2, status(503)).apply();
    world.get();
    assertThat(world.observed.exhausted).containsExactly(3);
  }

  @Test
  void aFailureThatIsNeverRepeatedDoesNot() {
    world.with(payments(1)).always(1, status(500)).apply();
    world.get();
    world.always(1, fails(Progress.SENT));
    world.call(Request.of("POST"));
    assertThat(world.observed.exhausted).isEmpty();
  }

  @Test
  void withoutRetriesThereIsNothingToExhaust() {
    world.with(payments(1).attempts(0)).always(1, status(503)).apply();
    world.get();
    assertThat(world.observed.exhausted).isEmpty();
  }
}
