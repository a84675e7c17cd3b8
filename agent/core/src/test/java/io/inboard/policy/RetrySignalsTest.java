// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.Step;
import io.inboard.settings.BalancerSettings.Simple;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers say about retries, and what callers are told; RATIONALE.md, Signals. */
final class RetrySignalsTest {
  private final PolicyWorld world = new PolicyWorld();

  private PolicyWorld all(Given given, Answer answer) {
    world.with(given);
    for (int n = 1; n <= 3; n++) {
      world.always(n, answer);
    }
    return world.apply();
  }

  private static CallerTerms caller(boolean repetition) {
    return new CallerTerms(CallerTerms.NO_DEADLINE, false, repetition, "10.1.1.1");
  }

  private static Request grpc() {
    return Request.of("POST").with("content-type", "application/grpc+proto");
  }

  private static Answer trailersOnly(int grpcStatus, String... more) {
    Map<String, List<String>> headers =
        more.length == 0
            ? Map.of("grpc-status", List.of(Integer.toString(grpcStatus)))
            : Map.of(
                "grpc-status", List.of(Integer.toString(grpcStatus)), more[0], List.of(more[1]));
    return new Answer.Status(200, headers);
  }

  @ParameterizedTest
  @CsvSource({
    "x-inboard-no-retry, budget",
    "x-envoy-ratelimited, true",
    "finagle-http-nonretryable-nack, true",
    "grpc-retry-pushback-ms, -1",
    "grpc-retry-pushback-ms, later"
  })
  void aServerThatSaysNoIsObeyedAndPassedOn(String header, String value) {
    world.terms = caller(false);
    all(payments(1, 2, 3), status(503, header, value));
    assertThat(world.get().attempts()).isEqualTo(1);
    assertThat(world.terms.noRetry()).isEqualTo("peer");
    assertThat(world.status().limits().retriesSuppressed()).isEqualTo(1);
  }

  @Test
  void withoutSignalsNothingIsObeyedAndNothingSaid() {
    world.terms = caller(false);
    all(payments(1, 2, 3).withoutSignals(), status(503, "x-inboard-no-retry", "budget"));
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.status().retries()).isEqualTo(10);
    assertThat(world.terms.noRetry()).isEmpty();
  }

  @Test
  void aRetryIsNotRetriedAgain() {
    world.terms = caller(true);
    all(payments(1, 2, 3), status(503));
    assertThat(world.get().attempts()).isEqualTo(1);
    assertThat(world.status().limits().retriesSuppressed()).isEqualTo(1);
    world.change(payments(1, 2, 3).retryingRetries());
    assertThat(world.get().attempts()).isEqualTo(3);
  }

  /** It is nobody's work a second time, and its caller has spent its own retry. */
  @Test
  void aRetryOfWhichNothingWasSentGoesElsewhere() {
    world.terms = caller(true);
    all(payments(1, 2, 3), fails(Progress.SENT));
    assertThat(world.get().attempts()).isEqualTo(1);
    world.always(1, refused()).always(2, refused()).always(3, status(200));
    for (int i = 0; i < 10; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.endpoint(1).failures()).isGreaterThan(1);
  }

  @Test
  void whatServesARetryTellsItsCalleesSo() {
    world.terms = caller(true);
    all(payments(1, 2, 3), status(200));
    world.get();
    world.terms = caller(false);
    world.get();
    assertThat(world.carried)
        .extracting(headers -> headers.get("x-envoy-attempt-count"))
        .containsExactly("2", "1");
  }

  @Test
  void whoServesACallerTellsItWhenTheBudgetIsSpent() {
    world.terms = caller(false);
    all(payments(1, 2, 3), status(503));
    for (int i = 0; i < 4; i++) {
      world.get();
    }
    assertThat(world.terms.noRetry()).isEmpty();
    world.get(); // Spends the last two tokens.
    world.get();
    assertThat(world.terms.noRetry()).isEqualTo("budget");
  }

  @Test
  void whoServesACallerTellsItWhenTheBreakerIsOpen() {
    all(payments(1, 2, 3).breaker(50, 3), status(503));
    world.get();
    world.terms = caller(false);
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.CIRCUIT_OPEN);
    assertThat(world.terms.noRetry()).isEqualTo("breaker");
  }

  @Test
  void aSuccessTellsTheCallerNothing() {
    world.terms = caller(false);
    world.with(payments(1, 2, 3)).script(1, status(503)).apply().get();
    assertThat(world.terms.noRetry()).isEmpty();
  }

  @Test
  void aPushbackIsWaitedFor() {
    world.with(payments(1, 2)).script(1, status(503, "grpc-retry-pushback-ms", "800"));
    assertThat(world.apply().get().ok()).isTrue();
    assertThat(world.delays.get(1))
        .isBetween(TimeUnit.MILLISECONDS.toNanos(800), TimeUnit.MILLISECONDS.toNanos(1_200));
  }

  @Test
  void aLongWaitIsHandedOnAndTheEndpointLeftAlone() {
    world.with(payments(1, 2).retryAfterMax(2_000)).script(1, status(503, "retry-after", "3"));
    assertThat(world.apply().get().status()).isEqualTo(503);
    world.change(payments(1, 2).retryAfterMax(3_000));
    world.script(2, status(503, "retry-after", "3"));
    assertThat(world.get().ok()).isTrue();
  }

  @Test
  void anEndpointThatAsksForMinutesIsLeftAloneForMinutes() {
    world.with(payments(1, 2).balancer(Simple.PEAK_EWMA));
    world.script(1, status(503, "retry-after", "120")).apply();
    while (world.endpoint(1).requests() == 0) {
      world.get();
    }
    world.time.passMillis(100_000);
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.endpoint(1).requests()).isEqualTo(1);
  }

  @Test
  void aWaitBeyondTheDeadlineIsHandedOnAtOnce() {
    world.with(payments(1, 2).timeout(1_000)).script(1, status(503, "retry-after", "1"));
    long before = world.apply().time.nanos();
    assertThat(world.get().status()).isEqualTo(503);
    assertThat(world.time.nanos()).isEqualTo(before);
    assertThat(world.status().budgetTokens()).isEqualTo(10);
  }

  @ParameterizedTest(name = "retriableMethods {0}: {1}: {2} attempts")
  @CsvSource({"GET, GET, 3", "GET, HEAD, 1", "HEAD, GET, 1"})
  void methodsThatAreNotRetriableAreNeverRepeated(String retriable, String method, int attempts) {
    all(payments(1, 2, 3).retriable(retriable), refused());
    assertThat(world.call(Request.of(method)).attempts()).isEqualTo(attempts);
  }

  @Test
  void anIdempotencyKeyMakesAPostIdempotentWhereItIsTrusted() {
    Request keyed = Request.of("POST").with("idempotency-key", "k-1");
    all(payments(1, 2, 3), status(503));
    assertThat(world.call(keyed).attempts()).as("not trusted").isEqualTo(1);
    world.change(payments(1, 2, 3).trustingKeys());
    assertThat(world.call(keyed).attempts()).isEqualTo(3);
    assertThat(world.call(Request.of("POST")).attempts()).as("no key").isEqualTo(1);
  }

  @Test
  void retriesGoAnywhereWhenToldSo() {
    all(payments(1).anywhere(), status(503)).get();
    assertThat(world.status().limits().retriesOnSameEndpoint()).isEqualTo(2);
  }

  @ParameterizedTest(name = "grpc-status {1} and retryOn {0}: {2} attempts")
  @CsvSource({
    "unavailable, 14, 3",
    "unavailable, 13, 1",
    "cancelled, 1, 3",
    "deadline-exceeded, 4, 3",
    "internal, 13, 3",
    "resource-exhausted, 8, 3",
    "503, 14, 1",
    "5xx, 14, 1",
    "unavailable, 0, 1",
    "unavailable, 99, 1"
  })
  void grpcIsRepeatedByItsOwnWordsWhereTheApplicationSaysItMay(
      String retryOn, int grpcStatus, int attempts) {
    all(payments(1, 2, 3).trustingKeys().retryOn(retryOn), trailersOnly(grpcStatus));
    Request keyed = grpc().with("idempotency-key", "k-1");
    assertThat(world.call(keyed).attempts()).isEqualTo(attempts);
  }

  @Test
  void aGrpcFailureIsTheEndpointsFailure() {
    all(payments(1, 2).outlier(3, 50), trailersOnly(14));
    for (int i = 0; i < 6; i++) {
      world.call(grpc());
    }
    assertThat(world.endpoint(1).failures()).isEqualTo(3);
    assertThat(world.endpoint(1).ejections() + world.endpoint(2).ejections()).isEqualTo(1);
  }

  @Test
  void anHttpAnswerWithAGrpcHeaderIsAnHttpAnswer() {
    all(payments(1, 2, 3).retryOn("unavailable"), trailersOnly(14));
    assertThat(world.get().ok()).isTrue();
    assertThat(world.endpoint(1).failures()).isZero();
  }
}
