// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.settings.BalancerSettings.Simple;
import java.security.cert.CertificateException;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent again, where and when; RATIONALE.md, Retries and Backoff. */
final class RetryTest {
  private final PolicyWorld world = new PolicyWorld();

  @Test
  void aGetIsAnsweredByAnotherEndpointAfter503() {
    world.with(payments(1, 2)).always(1, status(503)).apply();
    for (int i = 0; i < 10; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.endpoint(1).requests()).isPositive();
    assertThat(world.status().retries()).isEqualTo(world.endpoint(1).requests());
  }

  @ParameterizedTest(name = "{0} after {1}: {2} attempts")
  @CsvSource({
    "GET, NOT_CONNECTED, 3", "GET, NOT_SENT, 3", "GET, REFUSED_STREAM, 3", "GET, SENT, 3",
    "GET, RESPONSE_STARTED, 1", "HEAD, SENT, 3", "OPTIONS, SENT, 3", "TRACE, SENT, 3",
    "PUT, NOT_CONNECTED, 3", "PUT, NOT_SENT, 3", "PUT, REFUSED_STREAM, 3", "PUT, SENT, 1",
    "DELETE, NOT_CONNECTED, 3", "DELETE, SENT, 1", "POST, NOT_CONNECTED, 3", "POST, NOT_SENT, 3",
    "POST, REFUSED_STREAM, 3", "POST, SENT, 1", "POST, RESPONSE_STARTED, 1", "PATCH, SENT, 1",
    "PATCH, NOT_CONNECTED, 3", "BREW, SENT, 1", "BREW, NOT_SENT, 3"
  })
  void repeatsAfterABrokenConnectionWhatCannotHaveRun(
      String method, Progress progress, int attempts) {
    world.with(payments(1, 2, 3));
    for (int n = 1; n <= 3; n++) {
      world.always(n, fails(progress));
    }
    assertThat(world.apply().call(Request.of(method)).attempts()).isEqualTo(attempts);
  }

  @ParameterizedTest(name = "{0} after {1} with retryOn {2}: {3} attempts")
  @CsvSource({
    "GET, 503, 503, 3",
    "GET, 425, 503, 3",
    "GET, 500, 503, 1",
    "GET, 502, 503, 1",
    "GET, 404, 503, 1",
    "GET, 503, connect-failure, 1",
    "GET, 502, gateway-error, 3",
    "GET, 500, 5xx, 3",
    "GET, 409, retriable-4xx, 3",
    "GET, 429, 429, 3",
    "PUT, 503, 503, 1",
    "PUT, 502, gateway-error, 3",
    "DELETE, 503, 503, 1",
    "POST, 503, 503, 1",
    "POST, 500, 5xx, 1",
    "POST, 503, gateway-error, 1",
    "PATCH, 503, 503, 1",
    "GET, 200, 5xx, 1",
    "GET, 302, 5xx, 1"
  })
  void repeatsAfterAStatusWhatTheMethodAllows(
      String method, int status, String retryOn, int attempts) {
    world.with(payments(1, 2, 3).retryOn(retryOn));
    for (int n = 1; n <= 3; n++) {
      world.always(n, status(status));
    }
    Result result = world.apply().call(Request.of(method));
    assertThat(result.attempts()).isEqualTo(attempts);
    assertThat(result.status()).isEqualTo(status);
  }

  @ParameterizedTest(name = "{0} after 408 with retryOn {1}, by the library {2}: {3} attempts")
  @CsvSource({
    "GET, reset-before-response, true, 3",
    "GET, reset-before-response, false, 1",
    "GET, 503, true, 1",
    "GET, 408, false, 3",
    "PUT, reset-before-response, true, 1",
    "POST, reset-before-response, true, 1"
  })
  void repeatsAfter408WhatTheLibraryWouldAndTheMethodAllows(
      String method, String retryOn, boolean byLibrary, int attempts) {
    world.with(payments(1, 2, 3).retryOn(retryOn));
    for (int n = 1; n <= 3; n++) {
      world.always(n, status(408));
    }
    Request request = Request.of(method);
    Result result =
        world.apply().call(byLibrary ? request.with("x-library-repeats-408", "1") : request);
    assertThat(result.attempts()).isEqualTo(attempts);
  }

  @ParameterizedTest(name = "{0} after {1} with [{2}] and {3}: {4} attempts")
  @CsvSource({
    "PUT, 503, PUT, 503, 3",
    "DELETE, 425, GET DELETE, 503, 3",
    "PROPFIND, 503, PROPFIND, 503, 3",
    "PROPFIND, 502, PROPFIND, gateway-error, 3",
    "PROPFIND, 502, GET, gateway-error, 1",
    "GET, 503, HEAD, 503, 1",
    "GET, 502, HEAD, gateway-error, 1",
    "PUT, 0, PUT, reset-before-response, 3",
    "PUT, 0, GET, reset-before-response, 1",
    "GET, 0, PUT, reset-before-response, 1"
  })
  void theMethodsThatTheSettingsCallIdempotentAreRepeated(
      String method, int status, String idempotent, String retryOn, int attempts) {
    world.with(payments(1, 2, 3).retryOn(retryOn).idempotent(idempotent.split(" ")));
    for (int n = 1; n <= 3; n++) {
      world.always(n, status == 0 ? fails(Progress.SENT) : status(status));
    }
    assertThat(world.apply().call(Request.of(method)).attempts()).isEqualTo(attempts);
  }

  @Test
  void aPostIsNeverSentTwiceOnceAByteWentOut() {
    // Whatever the settings ask for.
    world
        .with(
            payments(1, 2)
                .perTry(100)
                .retryOn(
                    "connect-failure,refused-stream,reset-before-request,reset-before-response,"
                        + "reset,503,502,5xx,gateway-error,per-try-timeout,retriable-4xx,409,429"))
        .apply();
    List<Answer> answers =
        List.of(
            fails(Progress.SENT),
            fails(Progress.RESPONSE_STARTED),
            status(503),
            status(502),
            status(409),
            status(429),
            silence());
    for (Answer answer : answers) {
      world.always(1, answer).always(2, answer);
      assertThat(world.call(Request.of("POST")).attempts()).as("%s", answer).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_CONNECTED, 3",
    "NOT_SENT, 3",
    "REFUSED_STREAM, 1",
    "SENT, 1",
    "RESPONSE_STARTED, 1"
  })
  void aBodyThatCanBeReadOnceIsRepeatedOnlyWhileItWasNot(Progress progress, int attempts) {
    world.with(payments(1, 2)).always(1, fails(progress)).always(2, fails(progress)).apply();
    assertThat(world.call(Request.of("GET").with(Body.ONE_SHOT)).attempts()).isEqualTo(attempts);
  }

  @Test
  void aBodyThatCanBeReadOnceIsNotRepeatedAfter503() {
    world.with(payments(1, 2)).always(1, status(503)).always(2, status(503)).apply();
    Result result = world.call(Request.of("GET").with(Body.ONE_SHOT));
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.status()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5xx", "gateway-error"})
  void theBroadWordsCoverFailuresWithoutAnAnswer(String retryOn) {
    for (Progress progress :
        List.of(
            Progress.NOT_CONNECTED, Progress.NOT_SENT, Progress.REFUSED_STREAM, Progress.SENT)) {
      world.change(payments(1, 2).retryOn(retryOn));
      world.always(1, fails(progress)).always(2, fails(progress));
      assertThat(world.get().attempts()).as("%s", progress).isEqualTo(3);
    }
  }

  @Test
  void aPostOutlivesAKilledInstance() {
    world.with(payments(1, 2)).always(1, refused()).apply();
    for (int i = 0; i < 20; i++) {
      assertThat(world.call(Request.of("POST").with(Body.ONE_SHOT)).ok()).isTrue();
    }
  }

  @Test
  void aCertificateThatIsNotTrustedIsHandedOn() {
    Throwable untrusted =
        new SSLHandshakeException("PKIX path building failed")
            .initCause(new CertificateException("no path"));
    Throwable alert = new SSLException("(bad_certificate) Received fatal alert: bad_certificate");
    world.with(payments(1, 2)).apply();
    for (Throwable error : List.of(untrusted, alert)) {
      world.always(1, fails(error, Progress.NOT_CONNECTED));
      world.always(2, fails(error, Progress.NOT_CONNECTED));
      Result result = world.get();
      assertThat(result.attempts()).isEqualTo(1);
      assertThat(result.error()).isSameAs(error);
    }
    assertThat(world.endpoint(1).failures() + world.endpoint(2).failures()).isEqualTo(2);
  }

  @Test
  void aHandshakeThatFailsForAnotherReasonIsAConnectFailure() {
    world
        .with(payments(1, 2))
        .always(1, fails(new SSLHandshakeException("closed"), Progress.NOT_CONNECTED))
        .apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.endpoint(1).failures()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Simple.class)
  void noEndpointIsTriedTwiceWhileThereAreOthers(Simple balancer) {
    world.with(payments(1, 2, 3, 4).attempts(3).balancer(balancer));
    for (int n = 1; n <= 4; n++) {
      world.always(n, status(503));
    }
    world.apply();
    for (int i = 0; i < 50; i++) {
      world.earn(3);
      world.arrived.clear();
      assertThat(world.get().attempts()).isEqualTo(4);
      assertThat(new HashSet<>(world.arrived)).hasSize(4);
    }
  }

  @Test
  void theOnlyEndpointIsTriedAgain() {
    world.with(payments(1)).script(1, status(503), refused()).apply();
    assertThat(world.get().ok()).isTrue();
    assertThat(world.arrived).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void thereAreAsManyRetriesAsSet(int retries) {
    world.with(payments(1, 2).attempts(retries));
    world.always(1, status(503)).always(2, status(503)).apply();
    assertThat(world.get().attempts()).isEqualTo(1 + retries);
  }

  @Test
  void theBackOffIsFullJitterUnderAGrowingBound() {
    world.with(payments(1).attempts(6)).always(1, status(503)).apply();
    long[] highest = new long[6];
    for (int i = 0; i < 2_000; i++) {
      world.earn(6);
      world.delays.clear();
      world.get();
      assertThat(world.delays.get(0)).isZero();
      for (int retry = 1; retry <= 6; retry++) {
        highest[retry - 1] = Math.max(highest[retry - 1], world.delays.get(retry));
      }
    }
    long[] bounds = {25, 75, 175, 250, 250, 250};
    for (int i = 0; i < bounds.length; i++) {
      long bound = TimeUnit.MILLISECONDS.toNanos(bounds[i]);
      assertThat(highest[i]).isBetween(bound * 98 / 100, bound);
    }
  }

  @Test
  void theFirstFailoverOfWhatWasNeverSentDoesNotWait() {
    world.with(payments(1, 2, 3)).always(1, refused()).always(2, refused()).always(3, refused());
    world.apply().get();
    assertThat(world.delays.get(0)).isZero();
    assertThat(world.delays.get(1)).isZero();
    assertThat(world.delays.get(2)).isPositive();
  }

  @Test
  void aRetryOnTheSameEndpointWaits() {
    world.with(payments(1)).always(1, refused()).apply().get();
    assertThat(world.delays.get(1)).isPositive();
  }

  @Test
  void retryAfterIsHonouredWhenItIsShort() {
    world.with(payments(1, 2));
    world.always(1, status(503, "retry-after", "2")).always(2, status(503, "retry-after", "2"));
    world.apply().get();
    assertThat(world.delays.get(1))
        .isBetween(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(3));
  }

  @Test
  void retryAfterAsADateIsUnderstood() {
    // The virtual clock stands at 2027-01-15T08:00:00Z.
    String date = "Fri, 15 Jan 2027 08:00:03 GMT";
    world.with(payments(1, 2));
    world.always(1, status(503, "retry-after", date)).always(2, status(503, "retry-after", date));
    world.apply().get();
    assertThat(world.delays.get(1))
        .isBetween(TimeUnit.SECONDS.toNanos(3), TimeUnit.MILLISECONDS.toNanos(4_500));
  }

  @ParameterizedTest
  @ValueSource(strings = {"6", "99999999999999999999", "Fri, 15 Jan 2027 09:00:00 GMT"})
  void retryAfterBeyondPatienceIsHandedOn(String value) {
    world.with(payments(1, 2));
    world.always(1, status(503, "retry-after", value));
    world.always(2, status(503, "retry-after", value));
    Result result = world.apply().get();
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.status()).isEqualTo(503);
  }

  @Test
  void aRetryAfterThatCannotBeReadIsIgnored() {
    world.with(payments(1, 2)).always(1, status(503, "retry-after", "soon")).apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.get().ok()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-envoy-ratelimited", "x-inboard-no-retry"})
  void aServerThatSaysNoIsObeyed(String header) {
    world.with(payments(1, 2));
    world.always(1, status(503, header, "true")).always(2, status(503, header, "true"));
    assertThat(world.apply().get().attempts()).isEqualTo(1);
  }

  @Test
  void withoutEndpointsTheLibraryConnectsAndThePoliciesApply() {
    world.with(payments()).apply();
    PolicyAttempt send = PolicyWorld.first(world.begin());
    assertThat(send.target()).isEmpty();
    world.arrived.clear();
    assertThat(world.get().ok()).isTrue();
    assertThat(world.arrived).containsExactly("library");
  }
}
