// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.Breaker.Phase;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.PolicyStatus.State;
import io.inboard.policy.Request;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.BalancerSettings.Simple;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.ResilienceSettings.LibraryRetries;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which destination serves a call, and what a change of settings does. */
final class MeshOutboundTest {
  private final World world = new World();

  private String serves(String host, int port) {
    world.observed.lines.clear();
    Call call = world.mesh.begin(Request.of("GET").to(host, port));
    call.done();
    return world.observed.lines.get(0).substring("call ".length());
  }

  @Test
  void beforeThereAreSettingsNothingIsTouched() {
    assertThat(world.mesh.begin(Request.of("GET"))).isSameAs(Call.UNTOUCHED);
  }

  @Test
  void theKillSwitchLeavesEveryCallAlone() {
    world.with(payments(1)).apply();
    assertThat(world.mesh.begin(Request.of("GET"))).isNotSameAs(Call.UNTOUCHED);
    world.enabled = false;
    world.apply();
    assertThat(world.mesh.begin(Request.of("GET"))).isSameAs(Call.UNTOUCHED);
    assertThat(world.mesh.begin(Request.of("GET").to("elsewhere", 80))).isSameAs(Call.UNTOUCHED);
    world.enabled = true;
    world.apply();
    assertThat(world.get().ok()).isTrue();
  }

  @ParameterizedTest(name = "{0}:{1} → {2}")
  @CsvSource({
    "payments, 80, payments",
    "payments, 8080, payments:8080",
    "PAYMENTS, 80, payments",
    "orders, 9000, orders:9000",
    "orders, 80, -",
    "a.shop, 80, *.shop",
    "a.b.shop, 80, *.b.shop",
    "a.b.shop, 8080, *.b.shop:8080",
    "b.shop, 80, *.shop",
    "shop, 80, -",
    "workshop, 80, -",
    "exact.shop, 80, exact.shop",
    "::1, 80, ::1",
    "[::1], 80, ::1",
    "[0:0:0:0:0:0:0:1], 80, ::1",
    "[::1%lo], 80, ::1",
    "[::ffff:10.0.0.1], 80, 10.0.0.1",
    "10.1, 80, 10.0.0.1",
    "10.0.0.1., 80, 10.0.0.1",
    "payments., 80, payments",
    "Payments., 8080, payments:8080",
    "ｐayments, 80, payments",
    "a.shop., 80, *.shop",
    "a。shop, 80, *.shop",
    "shop., 80, -",
    "elsewhere, 80, -"
  })
  void theClosestDestinationServes(String host, int port, String name) {
    world
        .with(destination("*.shop"))
        .with(destination("*.b.shop"))
        .with(destination("*.b.shop").port(8080))
        .with(destination("exact.shop"))
        .with(destination("payments"))
        .with(destination("10.0.0.1"))
        .with(destination("payments").port(8080))
        .with(destination("orders").port(9000))
        .with(destination("::1"))
        .apply();
    assertThat(serves(host, port)).isEqualTo(name);
  }

  @Test
  void aHostThatMatchesNoneIsTracedAndNothingElse() {
    world.with(payments(1)).apply();
    Call call = world.mesh.begin(Request.of("GET").to("elsewhere", 80));
    Step.Send send = (Step.Send) call.first();
    assertThat(send.attempt().endpoint()).isEmpty();
    assertThat(send.attempt().timeoutNanos()).isEqualTo(Long.MAX_VALUE);
    WrittenHeaders headers = new WrittenHeaders();
    send.attempt().writeHeaders(headers);
    assertThat(headers.set).containsOnlyKeys("traceparent");
    assertThat(call.responded(send.attempt(), 503, name -> List.of())).isEqualTo(Step.DELIVER);
    call.done();
    assertThat(world.observed.lines).containsExactly("call -", "attempt 1  -", "end 1 503 503");
  }

  @Test
  void aConnectThatFailsElsewhereIsHandedOn() {
    Call call = world.with(payments(1)).apply().mesh.begin(Request.of("GET").to("elsewhere", 80));
    Step.Send send = (Step.Send) call.first();
    assertThat(
            call.failed(
                send.attempt(), new java.net.ConnectException("refused"), Progress.NOT_CONNECTED))
        .isEqualTo(Step.DELIVER);
  }

  @Test
  void theApplicationsOwnTlsStaysItsOwn() {
    world.with(payments(1)).apply();
    Request https = new Request("GET", "https", "payments", 443, Body.NONE, false);
    Step.Send send = (Step.Send) world.mesh.begin(https).first();
    assertThat(send.attempt().endpoint()).isEmpty();
    assertThat(world.observed.lines).startsWith("call -");
  }

  @Test
  void whatLibrariesRepeatByThemselvesIsSwitchedOffForAllIfAskedFor() {
    Request elsewhere = Request.of("GET").to("elsewhere", 80);
    world.with(payments(1)).apply();
    assertThat(meshRetries(Request.of("GET"))).isTrue();
    assertThat(meshRetries(elsewhere)).isFalse();
    world.libraryRetries = LibraryRetries.DISABLE;
    world.apply();
    assertThat(meshRetries(elsewhere)).isTrue();
    world.resilience = false;
    world.apply();
    assertThat(meshRetries(elsewhere)).isFalse();
  }

  private boolean meshRetries(Request request) {
    Call call = world.mesh.begin(request);
    Step.Send send = (Step.Send) call.first();
    call.done();
    return send.attempt().meshRetries();
  }

  @Test
  void aProxyThatTheApplicationChoseStaysItsWay() {
    world.with(payments(1)).apply();
    Call call = world.mesh.begin(Request.of("GET").throughAProxy());
    Step.Send send = (Step.Send) call.first();
    assertThat(send.attempt().endpoint()).isEmpty();
    assertThat(world.observed.lines).containsExactly("call -", "attempt 1  -");
    assertThat(call.responded(send.attempt(), 503, name -> List.of())).isEqualTo(Step.DELIVER);
    assertThat(world.status().calls()).isZero();
  }

  @Test
  void aProxyDoesNotGetToReadWhatIsToBeEncrypted() {
    world.with(payments(1).tls(TlsMode.MUTUAL)).apply();
    Call call = world.mesh.begin(Request.of("GET").throughAProxy());
    assertThat(call.first())
        .isInstanceOfSatisfying(
            Step.Refuse.class,
            refuse -> {
              assertThat(refuse.reason()).isEqualTo(Step.Reason.UNTRUSTED);
              assertThat(refuse.message()).contains("payments").contains("proxy");
            });
    assertThat(world.observed.lines).startsWith("call -").hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"payments", "payments.", "PAYMENTS"})
  void noSpellingOfAHostEscapesFromMutualTls(String host) {
    world.with(payments(1).tls(TlsMode.MUTUAL)).apply();
    List<String> planned = new ArrayList<>();
    world.tls =
        (settings, name) -> {
          planned.add(name);
          return Optional.empty();
        };
    Call call = world.mesh.begin(Request.of("GET").to(host, 80));
    assertThat(call.first()).isInstanceOf(Step.Refuse.class);
    assertThat(planned).as("the server name of TLS ends with no dot").containsOnly("payments");
    assertThat(world.mesh.mustEncrypt(host, 80)).isTrue();
  }

  @Test
  void aHookThatFailsLearnsWhetherPlaintextMayGoOut() {
    world.with(payments(1).tls(TlsMode.MUTUAL)).apply();
    assertThat(world.mesh.mustEncrypt("payments", 80)).isTrue();
    assertThat(world.mesh.mustEncrypt("elsewhere", 80)).isFalse();
    world.change(payments(1));
    assertThat(world.mesh.mustEncrypt("payments", 80)).isFalse();
  }

  @Test
  void everyAttemptIsSeenAndNumbered() {
    world.with(payments(1, 2)).always(1, refused()).always(2, status(503)).apply();
    world.get();
    assertThat(world.observed.lines).hasSize(7).startsWith("call payments");
    assertThat(world.observed.lines.get(1)).matches("attempt 1 {2}10.0.0.[12]:8080");
    assertThat(world.observed.lines.get(2)).matches("end 1 (0 connect-failure|503 503)");
    assertThat(world.observed.lines.get(3)).matches("attempt 2 (connect-failure|503) 10.+");
    assertThat(world.observed.lines.get(5)).matches("attempt 3 (connect-failure|503) 10.+");
  }

  @Test
  void anAttemptSaysItsNumberOnTheWire() {
    world.with(payments(1, 2)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send first = (Step.Send) call.first();
    Step.Send second = (Step.Send) call.responded(first.attempt(), 503, name -> List.of());
    WrittenHeaders headers = new WrittenHeaders();
    second.attempt().writeHeaders(headers);
    assertThat(headers.set)
        .containsEntry("x-envoy-attempt-count", "2")
        .containsEntry("traceparent", "attempt-2");
    call.done();
  }

  @Test
  void anObserverThatThrowsHurtsNobody() {
    World broken = new World();
    MeshOutbound mesh =
        new MeshOutbound(
            TlsPlans.NONE,
            (request, destination) -> {
              throw new IllegalStateException("on purpose");
            },
            io.inboard.call.Contexts.NONE,
            broken.names,
            broken.time,
            broken.time,
            broken.chance);
    mesh.apply(broken.with(payments(1)).settings());
    assertThat(broken.run(mesh.begin(Request.of("GET"))).ok()).isTrue();
    assertThat(mesh.status().errors()).isEqualTo(1);
  }

  @Test
  void anErrorOfOursFailsOpenUnlessTheCallWasToBeEncrypted() {
    world.tls =
        (d, host) -> {
          throw new IllegalStateException("on purpose");
        };
    world.with(payments(1).tls(io.inboard.settings.DestinationSettings.TlsMode.MUTUAL)).apply();
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(world.mesh.status().errors()).isEqualTo(1);
  }

  @Test
  void aChangeOfSettingsKeepsEjections() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    world.change(payments(3, 2, 1).timeout(1_000).outlier(6, 50));
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    assertThat(world.endpoint(1).ejections()).isEqualTo(1);
    assertThat(world.endpoint(3).requests()).isZero();
    world.arrived.clear();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.arrived).doesNotContain(World.address(1)).contains(World.address(3));
  }

  @Test
  void whenAChangeLeavesOnlyTheEjectedTheSoonestComesBack() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    world.change(payments(1).outlier(5, 50));
    assertThat(world.endpoint(1).state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void switchingEjectionOffBringsEverybodyBack() {
    world.with(payments(1, 2).attempts(0).outlier(5, 50)).always(1, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    world.change(payments(1, 2));
    assertThat(world.endpoint(1).state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void aChangeOfSettingsKeepsTheBreakersState() {
    world.with(payments(1).attempts(0).breaker(50, 20)).always(1, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    world.change(payments(1, 2).attempts(1).breaker(50, 20));
    assertThat(world.status().breaker()).contains(Phase.OPEN);
    world.change(payments(1, 2).breaker(60, 20));
    assertThat(world.status().breaker()).contains(Phase.OPEN);
    world.change(payments(1, 2));
    assertThat(world.status().breaker()).isEmpty();
  }

  @Test
  void aCallUnderWayKeepsItsSettingsAndIsCountedToItsEnd() {
    world.with(payments(1, 2).attempts(1)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    world.change(payments(1, 2).attempts(0));
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isEqualTo(1);
    assertThat(call.responded(send.attempt(), 503, name -> List.of()))
        .isInstanceOf(Step.Send.class);
    call.done();
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
    // The retry was decided and never sent.
    assertThat(world.endpoint(1).requests() + world.endpoint(2).requests()).isEqualTo(1);
  }

  @Test
  void aThousandChangesLoseNothing() {
    world.with(payments(1, 2, 3).outlier(5, 50)).always(1, refused()).apply();
    for (int i = 0; i < 1_000; i++) {
      assertThat(world.get().ok()).isTrue();
      world.change(payments(1, 2, 3).named("10.0.0.4", 1 + i % 3).outlier(5, 50));
    }
    PolicyStatus status = world.status();
    assertThat(status.calls()).isEqualTo(1_000);
    assertThat(status.endpoints().stream().mapToLong(PolicyStatus.EndpointStatus::requests).sum())
        .isEqualTo(1_000 + status.retries());
    assertThat(status.endpoints()).allSatisfy(e -> assertThat(e.inFlight()).isZero());
  }

  @Test
  void theStatusTellsWhatIsGoingOn() {
    world.with(payments(1, 2).balancer(Simple.LEAST_REQUEST).breaker(50, 20).outlier(5, 50));
    world.always(1, status(503)).apply();
    for (int i = 0; i < 40; i++) {
      world.get();
    }
    Call open = world.mesh.begin(Request.of("GET"));
    open.first();
    PolicyStatus status = world.status();
    assertThat(status.name()).isEqualTo("payments");
    assertThat(status.balancer()).isEqualTo(Simple.LEAST_REQUEST);
    assertThat(status.breaker()).contains(Phase.CLOSED);
    assertThat(status.calls()).isEqualTo(41);
    assertThat(status.retries()).isEqualTo(5);
    assertThat(world.endpoint(1).failures()).isEqualTo(5);
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isEqualTo(1);
    open.done();
  }

  @Test
  void aRetryThatTheLibraryCannotMakeIsNotSeenAndLeavesNothing() {
    world.with(payments(1, 2).timeout(5_000)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send first = (Step.Send) call.first();
    first.attempt().writeHeaders(new WrittenHeaders());
    first.attempt().onTimeout(() -> {});
    assertThat(call.responded(first.attempt(), 503, name -> List.of()))
        .isInstanceOf(Step.Send.class);
    call.done();
    assertThat(world.observed.lines).last().isEqualTo("end 1 503 503");
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void anAttemptIsSeenFromTheEndOfItsDelay() {
    world.with(payments(1)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send first = (Step.Send) call.first();
    first.attempt().endpoint();
    Step.Send second = (Step.Send) call.responded(first.attempt(), 503, name -> List.of());
    second.attempt().endpoint();
    assertThat(world.observed.lines).last().isEqualTo("end 1 503 503");
    world.time.pass(second.delayNanos());
    second.attempt().timeoutNanos();
    assertThat(world.observed.lines).last().asString().startsWith("attempt 2 503");
    call.done();
    assertThat(world.observed.lines).last().isEqualTo("end 2 0 abandoned");
  }
}
