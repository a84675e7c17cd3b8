// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.PolicyStatus.Interventions;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings.LastGood;
import io.inboard.settings.DestinationSettings.FallbackSettings.StaticResponse;
import io.inboard.settings.FaultSettings;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call gets when all else has failed. */
final class FallbackTest {
  private final PolicyWorld world = new PolicyWorld();

  private static final FallbackSettings FIXED =
      new FallbackSettings(
          Optional.empty(),
          Optional.empty(),
          Optional.of(new StaticResponse(203, Map.of("content-type", "text/plain"), "later")));

  private static FallbackSettings lastGood(int maxEntries) {
    return new FallbackSettings(
        Optional.of(new LastGood(Duration.ofMinutes(1), 100, maxEntries)),
        Optional.empty(),
        Optional.empty());
  }

  private static FallbackSettings elsewhere(String name) {
    return new FallbackSettings(Optional.empty(), Optional.of(name), Optional.empty());
  }

  private static Given falling(FallbackSettings fallback, int... endpoints) {
    return payments(endpoints).attempts(0).that(b -> b.fallback(Optional.of(fallback)));
  }

  private static String body(Result result) {
    return new String(result.answer().body(), StandardCharsets.UTF_8);
  }

  private Interventions interventions() {
    return world.status().interventions();
  }

  static Stream<Answer> failures() {
    return Stream.of(
        status(502),
        status(503),
        status(504),
        refused(),
        fails(Progress.SENT),
        fails(Progress.RESPONSE_STARTED),
        fails(new SocketTimeoutException("Read timed out"), Progress.SENT),
        silence());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFixedAnswerComesInPlaceOfAFailure(Answer failure) {
    world.with(falling(FIXED, 1).timeout(1_000)).always(1, failure).apply();
    Result result = world.get();
    assertThat(result.answer().status()).isEqualTo(203);
    assertThat(body(result)).isEqualTo("later");
    assertThat(result.answer().headers())
        .containsEntry("content-type", "text/plain")
        .containsEntry("x-inboard-fallback", "response");
    assertThat(interventions().response()).isEqualTo(1);
    assertThat(world.told).last().isEqualTo("fallback RESPONSE");
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.time.waiting()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 301, 404, 429, 500, 501})
  void whatIsNoFailureOfTheKindIsHandedOn(int status) {
    world.with(falling(FIXED, 1)).always(1, status(status)).apply();
    Result result = world.get();
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.answer()).isNull();
    assertThat(interventions().response()).isZero();
  }

  @Test
  void itIsTheLastResortAfterTheRetries() {
    world.with(falling(FIXED, 1, 2).attempts(1)).script(1, refused()).script(2, refused()).apply();
    assertThat(world.get().attempts()).isEqualTo(2);
    assertThat(interventions().response()).isEqualTo(1);
    assertThat(world.get().ok()).isTrue();
    assertThat(interventions().response()).isEqualTo(1);
  }

  @Test
  void anOpenBreakerFallsBackWithoutSending() {
    world.with(falling(FIXED, 1).breaker(50, 20)).always(1, status(503)).apply();
    for (int i = 0; i < 21; i++) {
      assertThat(world.get().status()).isEqualTo(203);
    }
    assertThat(world.arrived).hasSize(20);
    assertThat(world.status().shortCircuited()).isEqualTo(1);
  }

  @Test
  void aPeerThatCannotBeTrustedAndAnApplicationThatGaveUpStayWhatTheyAre() {
    world.with(falling(FIXED, 1)).apply();
    world.script(1, fails(new CertificateException("who are you"), Progress.NOT_CONNECTED));
    assertThat(world.get().error()).isInstanceOf(CertificateException.class);
    world.script(1, fails(new InterruptedException(), Progress.SENT));
    assertThat(world.get().error()).isInstanceOf(InterruptedException.class);
    world.trusted = false;
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(interventions().response()).isZero();
  }

  @Test
  void aFailureOnPurposeFallsBackToo() {
    FaultSettings fault =
        new FaultSettings(
            Optional.of(new FaultSettings.Delay(Duration.ofMillis(10), 100)),
            Optional.of(new FaultSettings.Abort(503, 100)));
    world.with(falling(FIXED, 1).that(b -> b.fault(Optional.of(fault)))).apply();
    assertThat(world.get().status()).isEqualTo(203);
    assertThat(world.arrived).isEmpty();
  }

  @Test
  void theLastGoodAnswerComesWithItsAgeAndIsMarked() {
    world.with(falling(lastGood(10), 1)).apply();
    world.script(1, status(200, "content-type", "application/json"), status(503));
    assertThat(world.get().ok()).isTrue();
    world.time.passMillis(5_000);
    Result result = world.get();
    assertThat(result.answer().status()).isEqualTo(200);
    assertThat(body(result)).isEqualTo("body 1");
    assertThat(result.answer().headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("age", "5")
        .containsEntry("x-inboard-fallback", "last-good");
    assertThat(interventions().lastGood()).isEqualTo(1);
    assertThat(world.told).last().isEqualTo("fallback LAST_GOOD");
  }

  @Test
  void anAnswerThatIsTooOldIsNotGiven() {
    world.with(falling(lastGood(10), 1)).script(1, status(200)).always(1, status(503)).apply();
    world.get();
    world.time.passMillis(61_000);
    assertThat(world.get().answer()).isNull();
  }

  @Test
  void theLeastRecentlyUsedAnswerGoesFirst() {
    world.with(falling(lastGood(2), 1)).apply();
    world.call(Request.of("GET").at("/a"));
    world.call(Request.of("GET").at("/b"));
    world.script(1, status(503));
    assertThat(world.call(Request.of("GET").at("/a")).answer()).isNotNull();
    world.call(Request.of("GET").at("/c"));
    world.always(1, status(503));
    assertThat(world.call(Request.of("GET").at("/b")).answer()).isNull();
    assertThat(world.call(Request.of("GET").at("/a")).answer()).isNotNull();
    assertThat(world.call(Request.of("GET").at("/c")).answer()).isNotNull();
  }

  @Test
  void nothingOfOnesOwnIsKeptOrGiven() {
    world.with(falling(lastGood(10), 1)).apply();
    for (Request own :
        List.of(
            Request.of("GET").with("Authorization", "Bearer a"),
            Request.of("GET").with("Cookie", "a=b"),
            Request.of("GET").with("Cache-Control", "no-store"),
            Request.of("GET").with("Range", "bytes=0-1"),
            Request.of("POST"),
            Request.of("HEAD"))) {
      world.call(own);
    }
    assertThat(world.bodies).isZero();
    world.get();
    world.always(1, status(503));
    assertThat(world.call(Request.of("GET").with("Authorization", "Bearer a")).answer()).isNull();
    assertThat(world.call(Request.of("GET").with("Cookie", "a=b")).answer()).isNull();
    assertThat(world.get().answer()).isNotNull();
  }

  static Stream<Answer> unkept() {
    return Stream.of(
        status(200, "Cache-Control", "max-age=5, No-Store"),
        status(200, "Cache-Control", "private=\"x\""),
        status(200, "Vary", "*"),
        status(200, "Vary", "accept, Cookie"),
        status(200, "Set-Cookie", "a=b"),
        status(200, "Content-Length", "101"),
        status(203),
        status(404));
  }

  @ParameterizedTest
  @MethodSource("unkept")
  void anAnswerThatIsNotForEverybodyIsNotKept(Answer answer) {
    world.with(falling(lastGood(10), 1)).script(1, answer).always(1, status(503)).apply();
    world.get();
    assertThat(world.bodies).isZero();
    assertThat(world.get().answer()).isNull();
  }

  @Test
  void anAnswerIsGivenToRequestsThatWouldHaveGotTheSame() {
    world.with(falling(lastGood(10), 1)).apply();
    world.script(1, status(200, "Vary", "X-Tenant"));
    Request red = Request.of("GET").with("X-Tenant", "red");
    world.call(red);
    world.always(1, status(503));
    assertThat(world.call(red).answer()).isNotNull();
    assertThat(world.call(Request.of("GET").with("X-Tenant", "blue")).answer()).isNull();
    assertThat(world.call(red.with("Accept", "text/html")).answer()).isNull();
    assertThat(world.call(red.at("/other")).answer()).isNull();
  }

  @Test
  void whatIsKeptSurvivesAChangeOfSettings() {
    world.with(falling(lastGood(10), 1)).apply();
    world.get();
    world.change(falling(lastGood(5), 1).timeout(5_000));
    world.always(1, status(503));
    assertThat(world.get().answer()).isNotNull();
  }

  @Test
  void anotherDestinationTakesTheCall() {
    world.with(falling(elsewhere("spare"), 1)).with(destination("spare", 5)).apply();
    world.always(1, status(503));
    Result result = world.get();
    assertThat(result.ok()).isTrue();
    assertThat(result.answer()).isNull();
    assertThat(world.arrived).containsExactly(PolicyWorld.address(1), PolicyWorld.address(5));
    assertThat(interventions().elsewhere()).isEqualTo(1);
    assertThat(world.told)
        .containsExactly(
            "attempt 1  10.0.0.1:8080",
            "end 1 503 503",
            "fallback DESTINATION",
            "attempt 1  10.0.0.5:8080",
            "end 1 200 200");
    assertThat(world.statuses()).allSatisfy(d -> assertThat(d.inFlight()).isZero());
  }

  @Test
  void aSubsetTakesTheCall() {
    world.with(
        falling(elsewhere("old"), 1, 2)
            .labelled(2, "version", "v1")
            .that(b -> b.subsets(Map.of("old", Map.of("version", "v1")))));
    world.always(1, status(503)).apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.get().ok()).isTrue();
      assertThat(world.arrived).last().isEqualTo(PolicyWorld.address(2));
    }
    assertThat(world.arrived).contains(PolicyWorld.address(1));
    assertThat(interventions().elsewhere()).isPositive();
  }

  @Test
  void theOtherDestinationRetriesButFallsBackNowhere() {
    world.with(falling(elsewhere("spare"), 1));
    world.with(destination("spare", 5, 6).attempts(1).that(b -> b.fallback(Optional.of(FIXED))));
    world.always(1, status(503)).always(5, status(503)).always(6, status(503)).apply();
    Result result = world.get();
    assertThat(result.status()).isEqualTo(503);
    assertThat(result.attempts()).isEqualTo(3);
  }

  @Test
  void whenTheOtherDestinationFailsTooAFixedAnswerIsLeft() {
    FallbackSettings both =
        new FallbackSettings(Optional.empty(), Optional.of("spare"), FIXED.response());
    world.with(falling(both, 1)).with(destination("spare", 5).attempts(0)).apply();
    world.always(1, refused()).always(5, refused());
    Result result = world.get();
    assertThat(result.status()).isEqualTo(203);
    assertThat(world.arrived).hasSize(2);
    assertThat(interventions()).isEqualTo(new Interventions(0, 0, 0, 1, 1));
  }

  @Test
  void whatMayHaveRunIsNotSentElsewhere() {
    world.with(falling(elsewhere("spare"), 1)).with(destination("spare", 5)).apply();
    for (Answer failure : List.of(status(503), fails(Progress.SENT))) {
      world.script(1, failure);
      world.call(Request.of("POST"));
    }
    world.script(1, fails(Progress.SENT));
    world.call(Request.of("GET").with(Body.ONE_SHOT));
    assertThat(world.arrived).doesNotContain(PolicyWorld.address(5));
    world.script(1, refused());
    assertThat(world.call(Request.of("POST").with(Body.ONE_SHOT)).ok()).isTrue();
    assertThat(world.arrived).last().isEqualTo(PolicyWorld.address(5));
  }

  @Test
  void theOtherDestinationHasTheTimeThatIsLeft() {
    world.with(falling(elsewhere("spare"), 1).timeout(1_000)).with(destination("spare", 5)).apply();
    world.always(1, refused()).always(5, silence());
    long start = world.time.nanos();
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    assertThat(world.time.nanos() - start).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void whenTheTimeIsUpNobodyElseIsAsked() {
    world.with(falling(elsewhere("spare"), 1).timeout(100)).with(destination("spare", 5)).apply();
    world.always(1, silence());
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    world.always(1, fails(new SocketTimeoutException("Read timed out"), Progress.SENT));
    assertThat(world.get().error()).isInstanceOf(SocketTimeoutException.class);
    assertThat(world.arrived).containsOnly(PolicyWorld.address(1));
  }

  @Test
  void whoGivesUpGetsNothingElse() {
    world.with(falling(FIXED, 1)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    call.end();
    assertThat(call.responded(send, 503, name -> List.of())).isEqualTo(Decision.DELIVER);
    assertThat(interventions().response()).isZero();
  }
}
