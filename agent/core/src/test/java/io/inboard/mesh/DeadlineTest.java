// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DeadlineSettings.Mode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a caller's deadline bounds the calls made for it; RATIONALE.md, Deadlines. */
final class DeadlineTest {
  private static final String EXPECTED = "x-envoy-expected-rq-timeout-ms";
  private static final String OVERRIDE = "x-envoy-upstream-rq-timeout-ms";
  private static final String PER_TRY = "x-envoy-upstream-rq-per-try-timeout-ms";

  private final World world = new World();

  private void callerWaits(long millis, boolean enforced) {
    long at = world.time.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    world.terms = new CallerTerms(at, enforced, false, "");
  }

  private long millisOf(Request request) {
    long start = world.time.nanos();
    Result result = world.call(request);
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    return TimeUnit.NANOSECONDS.toMillis(world.time.nanos() - start);
  }

  @Test
  void anEnforcedDeadlineEndsACallThatNobodyElseLimits() {
    world.with(payments(1)).always(1, silence()).apply();
    callerWaits(300, true);
    assertThat(millisOf(Request.of("GET"))).isEqualTo(300);
  }

  @Test
  void anObservedDeadlineEndsOnlyWhatIsLimitedAnyhow() {
    world.with(payments(1).timeout(2_000)).always(1, silence()).apply();
    callerWaits(300, false);
    assertThat(millisOf(Request.of("GET"))).isEqualTo(300);
    world.change(payments(1)).script(1, status(200));
    callerWaits(-5, false);
    assertThat(world.get().ok()).as("not cut, though nobody waits any more").isTrue();
    assertThat(world.carried.get(1)).containsEntry(EXPECTED, "1");
  }

  @Test
  void aCallWhoseTimeIsUpIsNotMade() {
    world.with(payments(1).outlier(1, 50)).apply();
    callerWaits(0, true);
    Result result = world.get();
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    assertThat(world.arrived).isEmpty();
    assertThat(world.status().timeouts()).isEqualTo(1);
    assertThat(world.endpoint(1).failures()).isZero();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void theDestinationsModeIsStrongerThanTheCallersTerms() {
    world.with(payments(1).deadlines(Mode.ENFORCE)).always(1, silence()).apply();
    callerWaits(300, false);
    assertThat(millisOf(Request.of("GET"))).isEqualTo(300);
    world.change(payments(1).deadlines(Mode.OBSERVE)).script(1, status(200));
    callerWaits(0, true);
    assertThat(world.get().ok()).isTrue();
    world.carried.clear();
    world.change(payments(1).timeout(500).deadlines(Mode.OFF)).script(1, status(200));
    assertThat(world.get().ok()).isTrue();
    assertThat(world.carried.get(0)).doesNotContainKey(EXPECTED);
  }

  @Test
  void everyAttemptSaysWhatIsLeftAtThatMoment() {
    world
        .with(payments(1, 2, 3).timeout(1_000).perTry(400).retryOn("per-try-timeout"))
        .always(1, silence())
        .always(2, silence())
        .always(3, silence())
        .apply()
        .get();
    assertThat(world.carried).hasSize(3);
    assertThat(world.carried.get(0)).containsEntry(EXPECTED, "400");
    assertThat(world.carried.get(1)).containsEntry(EXPECTED, "400");
    long third = Long.parseLong(world.carried.get(2).get(EXPECTED));
    assertThat(third).isLessThanOrEqualTo(200);
    assertThat(world.carried.get(2)).containsEntry("x-envoy-attempt-count", "3");
  }

  @ParameterizedTest(name = "the application waits {0} ms, the settings {1}: {2}")
  @CsvSource({"300, 2000, 300", "5000, 2000, 2000", "-7, 2000, 1", "300, 0, "})
  void aServerIsToldNoMoreTimeThanTheApplicationWaits(String waits, long timeout, String told) {
    world.with(timeout == 0 ? payments(1) : payments(1).timeout((int) timeout)).apply();
    world.call(Request.of("GET").with("x-library-waits-ms", waits));
    assertThat(world.carried.get(0).get(EXPECTED)).isEqualTo(told);
  }

  @Test
  void withoutAnyBoundNothingIsSaid() {
    world.with(payments(1)).apply().get();
    assertThat(world.carried.get(0)).doesNotContainKeys(EXPECTED, "grpc-timeout");
  }

  @Test
  void grpcIsToldInItsOwnWord() {
    world.with(payments(1).timeout(1_500)).apply();
    world.call(Request.of("POST").with("content-type", "application/grpc"));
    assertThat(world.carried.get(0)).containsEntry("grpc-timeout", "1500m");
    assertThat(world.carried.get(0)).doesNotContainKey(EXPECTED);
  }

  @ParameterizedTest(name = "the application says {0}, the settings 1 s: {1}")
  @CsvSource({"400m, ", "2S, 1000m", "1500000u, 1000m", "nonsense, 1000m"})
  void aShorterTimeOfTheApplicationsOwnStays(String own, String told) {
    world.with(payments(1).timeout(1_000)).apply();
    world.call(
        Request.of("POST").with("content-type", "application/grpc").with("grpc-timeout", own));
    assertThat(world.carried.get(0).get("grpc-timeout")).isEqualTo(told);
  }

  @ParameterizedTest(name = "timeout 1 s, the application says {0}: {1} ms")
  @CsvSource({"200, 200", "5000, 1000", "0, 1000", "-3, 1000", "soon, 1000", "'', 1000"})
  void theApplicationMayShortenItsTimeoutAndNotLengthenIt(String said, long millis) {
    world.with(payments(1).timeout(1_000)).always(1, silence()).apply();
    assertThat(millisOf(Request.of("GET").with(OVERRIDE, said))).isEqualTo(millis);
  }

  @Test
  void theApplicationMayShortenItsAttempts() {
    world
        .with(payments(1, 2).timeout(1_000).retryOn("per-try-timeout"))
        .always(1, silence())
        .apply();
    assertThat(world.call(Request.of("GET").with(PER_TRY, "150")).ok()).isTrue();
    assertThat(world.status().perTryTimeouts()).isEqualTo(1);
  }

  @Test
  void noRetryIsStartedThatTheEndpointsCouldHardlyAnswerInTime() {
    world.with(payments(1, 2)).apply();
    world.time.passMillis(2_000); // So that the percentiles are of this second.
    for (int i = 0; i < 30; i++) {
      world.slowly(100);
    }
    world.change(payments(1, 2).timeout(40));
    world.script(1, status(503)).script(2, status(503));
    assertThat(world.get().attempts()).as("half of the median is 50 ms").isEqualTo(1);
    world.change(payments(1, 2).timeout(400));
    world.script(1, status(503)).script(2, status(503));
    assertThat(world.get().attempts()).isGreaterThan(1);
  }
}
