// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.balance.Chance;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.Step;
import io.inboard.policy.Answer;
import io.inboard.policy.Given;
import io.inboard.policy.PolicyStatus.Interventions;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.BalancerSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings.LastGood;
import io.inboard.settings.DestinationSettings.FallbackSettings.StaticResponse;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.FaultSettings;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a call gets when all else has failed. */
final class FallbackTest {
  private final World world = new World();

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
    assertThat(world.observed.lines).last().isEqualTo("fallback RESPONSE");
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.time.waiting()).isZero();
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
    world.change(falling(FIXED, 1).tls(TlsMode.MUTUAL));
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
    assertThat(world.arrived).containsExactly(World.address(1), World.address(5));
    assertThat(interventions().elsewhere()).isEqualTo(1);
    assertThat(world.observed.lines)
        .containsExactly(
            "call payments",
            "attempt 1  10.0.0.1:8080",
            "end 1 503 503",
            "fallback DESTINATION",
            "attempt 2 fallback 10.0.0.5:8080",
            "end 2 200 200");
    assertThat(world.mesh.status().destinations())
        .allSatisfy(d -> assertThat(d.inFlight()).isZero());
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
      assertThat(world.arrived).last().isEqualTo(World.address(2));
    }
    assertThat(world.arrived).contains(World.address(1));
    assertThat(interventions().elsewhere()).isPositive();
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
  void whoGivesUpGetsNothingElse() {
    world.with(falling(FIXED, 1)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    call.abandoned();
    assertThat(call.responded(send.attempt(), 503, name -> List.of())).isEqualTo(Step.DELIVER);
    assertThat(interventions().response()).isZero();
  }

  @Test
  void anErrorOfOursElsewhereSendsNothingToTheMutualDestinationInTheClear() {
    AtomicBoolean broken = new AtomicBoolean();
    Chance chance =
        new Chance() {
          @Override
          public long below(long bound) {
            check();
            return world.chance.below(bound);
          }

          @Override
          public double between(double from, double to) {
            check();
            return world.chance.between(from, to);
          }

          private void check() {
            if (broken.get()) {
              throw new IllegalStateException("broken on purpose");
            }
          }
        };
    TlsPlans tls =
        (d, host) ->
            d.tls().mode() == TlsMode.MUTUAL
                ? Optional.of(new MeshEndpointTest.NoPlan())
                : Optional.empty();
    MeshOutbound mesh =
        new MeshOutbound(
            tls, world.observed, Contexts.NONE, world.names, world.time, world.time, chance);
    mesh.start();
    world.with(falling(elsewhere("spare"), 1).tls(TlsMode.MUTUAL));
    world.with(
        destination("spare", 5, 6).balancer(BalancerSettings.Simple.RANDOM).tls(TlsMode.DISABLE));
    mesh.apply(world.settings());
    Call call = mesh.begin(Request.of("GET"));
    Step.Send sent = (Step.Send) call.first();
    assertThat(sent.attempt().endpoint().orElseThrow().tls()).isPresent();

    broken.set(true); // No endpoint of the spare can be chosen.
    assertThat(call.responded(sent.attempt(), 503, name -> List.of()))
        .isInstanceOfSatisfying(
            Step.Refuse.class,
            refuse -> {
              assertThat(refuse.reason()).isEqualTo(Step.Reason.UNTRUSTED);
              assertThat(refuse.message()).contains("could not be decided");
            });
    call.done();
    assertThat(world.observed.lines).endsWith("fallback DESTINATION", "refused UNTRUSTED");
    assertThat(mesh.status().destinations()).allSatisfy(d -> assertThat(d.inFlight()).isZero());
  }

  @Test
  void theSwitchStopsIt() {
    world.with(falling(FIXED, 1)).always(1, status(503)).apply();
    world.resilience = false;
    world.apply();
    assertThat(world.get().status()).isEqualTo(503);
  }
}
