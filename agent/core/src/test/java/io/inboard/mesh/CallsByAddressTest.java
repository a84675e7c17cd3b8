// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Given;
import io.inboard.policy.PolicyStatus.State;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.RouteSettings.Share;
import io.inboard.settings.RouteSettings.TextMatch;
import io.inboard.settings.RouteSettings.TextMatch.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls that have the address of an endpoint where the destination's host would stand, because
 * something in the application has chosen that endpoint ({@code alsoMatches: endpoints}).
 */
final class CallsByAddressTest {
  private final World world = new World();

  private static Given matching(Given destination) {
    return destination.that(b -> b.matchesEndpoints(true));
  }

  private Result call(int endpoint) {
    return world.call(Request.of("GET").to("10.0.0." + endpoint, 8080));
  }

  /** As the observer saw them; those of no destination say so. */
  private List<String> called() {
    return world.observed.lines.stream().filter(l -> l.startsWith("call ")).toList();
  }

  @Test
  void goToTheEndpointThatTheyNameAndAreCallsOfItsDestination() {
    world.with(matching(payments(1, 2, 3))).apply();
    for (int i = 0; i < 4; i++) {
      assertThat(call(2).ok()).isTrue();
    }
    assertThat(world.arrived).hasSize(4).containsOnly(World.address(2));
    assertThat(called()).hasSize(4).containsOnly("call payments");
    assertThat(world.status().calls()).isEqualTo(4);
    assertThat(world.status().matchesEndpoints()).isTrue();
    assertThat(world.carried).allMatch(h -> h.get("x-envoy-attempt-count").equals("1"));
  }

  @Test
  void areTheApplicationsOwnWithoutTheKey() {
    world.with(payments(1, 2)).apply();
    assertThat(call(2).ok()).isTrue();
    assertThat(world.arrived).containsExactly("library");
    assertThat(called()).containsExactly("call -");
    assertThat(world.status().matchesEndpoints()).isFalse();
  }

  @ParameterizedTest(name = "{0}:{1} → {2}")
  @CsvSource({
    "10.0.0.2, 8080, payments",
    "10.0.0.2., 8080, payments",
    "10.2, 8080, payments",
    "'[::ffff:10.0.0.2]', 8080, payments",
    "'[0:0:0:0:0:0:0:7]', 8080, payments",
    "10.0.0.2, 80, -",
    "10.0.0.9, 8080, -",
    "10.0.0.3, 8080, by-host",
  })
  void areFoundHoweverTheAddressIsSpelledAndAfterHosts(String host, int port, String expected) {
    world.with(matching(payments(2, 3).named("::7", 1))).with(destination("10.0.0.3", 8)).apply();
    world.call(Request.of("GET").to(host, port));
    assertThat(called())
        .containsExactly("call " + (expected.equals("by-host") ? "10.0.0.3" : expected));
  }

  @Test
  void areRepeatedAtAnotherEndpoint() {
    world.with(matching(payments(1, 2))).script(2, status(503), refused(), status(503)).apply();
    for (int i = 0; i < 3; i++) {
      assertThat(call(2).ok()).isTrue();
    }
    String one = World.address(1);
    String two = World.address(2);
    assertThat(world.arrived).containsExactly(two, one, two, one, two, one);
    assertThat(world.status().retries()).isEqualTo(3);
  }

  @Test
  void stayWhereADeadConnectionIsExchanged() {
    world.with(matching(payments(1, 2, 3)).attempts(0)).script(2, fails(Progress.NOT_SENT)).apply();
    assertThat(call(2).ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(2), World.address(2));
  }

  @Test
  void goWhereTheBalancerSaysWhileTheEndpointIsEjected() {
    world
        .with(matching(payments(1, 2, 3)).attempts(0).outlier(2, 50))
        .script(2, status(500), status(500))
        .apply();
    call(2);
    call(2);
    assertThat(world.endpoint(2).state()).isEqualTo(State.EJECTED);
    world.arrived.clear();
    for (int i = 0; i < 4; i++) {
      assertThat(world.call(Request.of("POST").to("10.0.0.2", 8080)).ok()).isTrue();
    }
    assertThat(world.arrived).doesNotContain(World.address(2)).contains(World.address(3));
    world.time.passMillis(40_000);
    world.arrived.clear();
    call(2);
    assertThat(world.arrived).as("the probe").containsExactly(World.address(2));
    assertThat(world.endpoint(2).state()).isEqualTo(State.HEALTHY);
    assertThat(call(2).ok()).isTrue();
    assertThat(world.arrived).containsExactly(World.address(2), World.address(2));
  }

  @Test
  void areStoppedByTheOpenBreakerOfTheDestination() {
    world.with(matching(payments(1, 2)).attempts(0).breaker(50, 4)).apply();
    world.always(2, status(500));
    for (int i = 0; i < 4; i++) {
      call(2);
    }
    assertThat(call(1).refused().reason()).isEqualTo(Step.Reason.CIRCUIT_OPEN);
    assertThat(world.get().refused()).isNotNull();
  }

  @Test
  void haveTheTimeoutOfTheDestination() {
    world.with(matching(payments(1, 2)).attempts(0).timeout(300)).always(2, silence()).apply();
    assertThat(call(2).refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    assertThat(world.status().timeouts()).isEqualTo(1);
  }

  @Test
  void goToTheSubsetOfTheirRouteAlsoWhereTheyNameAnother() {
    Match canary =
        new Match(
            Map.of("x-canary", new TextMatch(Kind.EXACT, "1")), Optional.empty(), Optional.empty());
    world
        .with(
            matching(payments(1, 2, 3))
                .labelled(3, "version", "v2")
                .that(b -> b.subsets(Map.of("v2", Map.of("version", "v2"))))
                .route(
                    canary,
                    r ->
                        new RouteSettings(
                            r.match(),
                            r.resilience(),
                            r.timeout(),
                            r.retries(),
                            r.fault(),
                            List.of(new Share("v2", 100)))))
        .apply();
    world.call(Request.of("GET").to("10.0.0.1", 8080).with("x-canary", "1"));
    world.call(Request.of("GET").to("10.0.0.3", 8080).with("x-canary", "1"));
    world.call(Request.of("GET").to("10.0.0.1", 8080));
    assertThat(world.arrived).containsExactly(World.address(3), World.address(3), World.address(1));
  }

  @Test
  void byAListedNameGoToTheAddressesOfThatName() {
    world.resolver =
        host ->
            new InetAddress[] {
              InetAddress.getByName("10.0.0.7"), InetAddress.getByName("10.0.0.8")
            };
    world.with(matching(payments(1)).named("pay-7.shop", 1)).apply();
    List<Call> calls = new ArrayList<>();
    List<String> to = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Call call = world.mesh.begin(Request.of("GET").to("Pay-7.shop.", 8080));
      Attempt attempt = ((Step.Send) call.first()).attempt();
      to.add(attempt.endpoint().orElseThrow().address().getAddress().getHostAddress());
      calls.add(call);
    }
    calls.forEach(Call::done);
    assertThat(to)
        .as("where fewer calls are under way")
        .containsExactly("10.0.0.7", "10.0.0.8", "10.0.0.7", "10.0.0.8");
  }

  /** Their server name, pools and principals are those of calls by the host. */
  @ParameterizedTest
  @ValueSource(strings = {"payments", "10.0.0.2"})
  void haveTheTlsOfTheHost(String host) {
    List<String> asked = new ArrayList<>();
    world.tls =
        (d, name) -> {
          asked.add(name);
          return Optional.of(new MeshEndpointTest.NoPlan());
        };
    world.with(matching(payments(2)).tls(TlsMode.MUTUAL)).apply();
    Call call = world.mesh.begin(Request.of("GET").to(host, 8080));
    Attempt attempt = ((Step.Send) call.first()).attempt();
    assertThat(attempt.endpoint().orElseThrow().tls()).isPresent();
    assertThat(attempt.endpoint().orElseThrow().address().getHostString()).isEqualTo("payments");
    call.done();
    assertThat(asked).isNotEmpty().containsOnly("payments");
    assertThat(world.mesh.mustEncrypt(host, 8080)).as("after an error of ours").isTrue();
    assertThat(world.mesh.mustEncrypt("10.0.0.3", 8080)).isFalse();
  }

  @Test
  void withoutAnIdentityAreRefusedWhereTlsIsAskedFor() {
    world.with(matching(payments(2)).tls(TlsMode.MUTUAL)).apply();
    assertThat(call(2).refused().reason()).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(world.arrived).isEmpty();
    assertThat(world.mesh.status().unmeshed()).as("it is no stray call").isEmpty();
  }

  @Test
  void throughAProxyAreRefusedWhereTlsIsAskedFor() {
    world.with(matching(payments(2)).tls(TlsMode.MUTUAL)).apply();
    Call call = world.mesh.begin(Request.of("GET").to("10.0.0.2", 8080).throughAProxy());
    assertThat(call.first()).isInstanceOf(Step.Refuse.class);
    call.done();
  }

  @Test
  void overHttpsAreTheApplicationsOwn() {
    world.with(matching(payments(2))).apply();
    Request https = new Request("GET", "https", "10.0.0.2", 8080, Request.of("GET").body(), false);
    assertThat(world.call(https).ok()).isTrue();
    assertThat(called()).containsExactly("call -");
  }

  @Test
  void followAChangeOfTheSettings() {
    world.with(matching(payments(1, 2))).apply();
    call(2);
    world.change(matching(payments(1)), matching(destination("orders", 2)));
    call(2);
    call(1);
    world.change(matching(payments(3)));
    call(1);
    world.change(payments(1));
    call(1);
    assertThat(called())
        .as("an address that is gone counts for a while, the key that is gone does not")
        .containsExactly(
            "call payments", "call orders", "call payments", "call payments", "call -");
    assertThat(world.arrived.get(3)).isEqualTo(World.address(3));
  }
}
