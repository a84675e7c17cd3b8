// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Step;
import io.inboard.policy.Breaker.Phase;
import io.inboard.policy.Given;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.PolicyStatus.State;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.RouteSettings.Share;
import io.inboard.settings.RouteSettings.TextMatch;
import io.inboard.settings.RouteSettings.TextMatch.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a route changes for the calls that match it, and what it shares with its destination. */
final class RoutesTest {
  private final World world = new World();

  private static final Match CANARY = header("x-canary", Kind.EXACT, "1");

  private static Match header(String name, Kind kind, String value) {
    return new Match(Map.of(name, new TextMatch(kind, value)), Optional.empty(), Optional.empty());
  }

  private static Match path(Kind kind, String value) {
    return new Match(Map.of(), Optional.empty(), Optional.of(new TextMatch(kind, value)));
  }

  private static UnaryOperator<RouteSettings> to(Share... shares) {
    return r ->
        new RouteSettings(
            r.match(), r.resilience(), r.timeout(), r.retries(), r.fault(), List.of(shares));
  }

  private static UnaryOperator<RouteSettings> retrying(int attempts) {
    RetrySettings changed =
        RetrySettings.DEFAULT.with(
            attempts, RetrySettings.DEFAULT.perTryTimeout(), RetrySettings.DEFAULT.retryOn());
    return r ->
        new RouteSettings(
            r.match(), r.resilience(), r.timeout(), Optional.of(changed), r.fault(), r.subsets());
  }

  private static UnaryOperator<RouteSettings> within(Duration timeout) {
    return r ->
        new RouteSettings(
            r.match(), r.resilience(), Optional.of(timeout), r.retries(), r.fault(), r.subsets());
  }

  private static UnaryOperator<RouteSettings> off() {
    return r ->
        new RouteSettings(
            r.match(), Optional.of(false), r.timeout(), r.retries(), r.fault(), r.subsets());
  }

  /** Endpoints 1 and 2 are v1, 3 is v2. */
  private static Given versions() {
    return payments(1, 2, 3)
        .labelled(1, "version", "v1")
        .labelled(2, "version", "v1")
        .labelled(3, "version", "v2")
        .that(
            b ->
                b.subsets(
                    Map.of(
                        "v1", Map.of("version", "v1"),
                        "v2", Map.of("version", "v2"),
                        "v3", Map.of("version", "v3"))));
  }

  private PolicyStatus subset(String name) {
    return world.mesh.status().destinations().stream()
        .filter(s -> s.name().equals("payments/" + name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} {1} against {2}: {3}")
  @CsvSource({
    "EXACT, /v2, /v2, true",
    "EXACT, /v2, /v2?a=b, true",
    "EXACT, /v2, /v2/, false",
    "PREFIX, /v2, /v2/orders, true",
    "PREFIX, /v2, /v1?x=/v2, false",
    "REGEX, /v[23]/.*, /v3/a, true",
    "REGEX, /v[23], /v3/a, false",
    "REGEX, /v[23]/.*, /v4/a, false"
  })
  void aPathIsComparedWithoutItsQuery(Kind kind, String value, String target, boolean matches) {
    world.with(payments(1).attempts(0).route(path(kind, value), retrying(2))).apply();
    world.always(1, status(503));
    assertThat(world.call(Request.of("GET").at(target)).attempts()).isEqualTo(matches ? 3 : 1);
  }

  @ParameterizedTest(name = "{0} {1} against {2}: {3}")
  @CsvSource({
    "EXACT, 1, 1, true",
    "EXACT, 1, 11, false",
    "PREFIX, ab, abc, true",
    "PREFIX, ab, bab, false",
    "REGEX, a+, aaa, true",
    "REGEX, a+, aab, false",
    "PRESENT, '', whatever, true",
    "PRESENT, '', , false"
  })
  void aHeaderIsComparedWithEachOfItsValues(Kind kind, String value, String sent, boolean matches) {
    world.with(payments(1).attempts(0).route(header("x-canary", kind, value), retrying(2))).apply();
    world.always(1, status(503));
    Request request = Request.of("GET");
    Result result = world.call(sent == null ? request : request.with("X-Canary", sent));
    assertThat(result.attempts()).isEqualTo(matches ? 3 : 1);
  }

  @Test
  void allConditionsMustHold() {
    Match match =
        new Match(
            CANARY.headers(),
            Optional.of(new TextMatch(Kind.EXACT, "GET")),
            Optional.of(new TextMatch(Kind.PREFIX, "/v2")));
    world.with(payments(1).attempts(0).route(match, retrying(1))).always(1, status(503)).apply();
    Request all = Request.of("GET").at("/v2/a").with("x-canary", "1");
    assertThat(world.call(all).attempts()).isEqualTo(2);
    assertThat(world.call(all.at("/v1")).attempts()).isEqualTo(1);
    assertThat(world.call(all.with("x-canary", "0")).attempts()).isEqualTo(1);
    assertThat(world.call(Request.of("HEAD").at("/v2/a").with("x-canary", "1")).attempts())
        .isEqualTo(1);
  }

  @Test
  void theFirstRouteThatMatchesWins() {
    world.with(
        payments(1)
            .attempts(0)
            .route(path(Kind.PREFIX, "/a"), retrying(1))
            .route(path(Kind.PREFIX, "/a/b"), retrying(2))
            .route(Match.ANY, retrying(3)));
    world.always(1, status(503)).apply();
    assertThat(world.call(Request.of("GET").at("/a/b")).attempts()).isEqualTo(2);
    assertThat(world.call(Request.of("GET").at("/b")).attempts()).isEqualTo(4);
  }

  @Test
  void aRouteMayBoundTheTimeOrLiftTheBound() {
    world.with(
        payments(1)
            .timeout(1_000)
            .route(path(Kind.EXACT, "/quick"), within(Duration.ofMillis(100)))
            .route(path(Kind.EXACT, "/slow"), within(Duration.ZERO)));
    world.apply();
    assertThat(timeoutMillis("/quick")).isEqualTo(100);
    assertThat(timeoutMillis("/")).isEqualTo(1_000);
    assertThat(timeoutMillis("/slow")).isEqualTo(Long.MAX_VALUE);
  }

  private long timeoutMillis(String target) {
    var call = world.mesh.begin(Request.of("GET").at(target));
    long nanos = ((Step.Send) call.first()).attempt().timeoutNanos();
    call.done();
    return nanos == Long.MAX_VALUE ? nanos : Duration.ofNanos(nanos).toMillis();
  }

  @Test
  void aRouteWithoutASubsetSharesBreakerEjectionsAndCounters() {
    world.with(
        payments(1, 2)
            .attempts(0)
            .breaker(50, 20)
            .outlier(5, 50)
            .route(CANARY, within(Duration.ofSeconds(1))));
    world.always(1, status(503)).always(2, status(503)).apply();
    Request canary = Request.of("GET").with("x-canary", "1");
    for (int i = 0; i < 20; i++) {
      world.call(canary);
    }
    assertThat(world.status().calls()).isEqualTo(20);
    assertThat(world.status().breaker()).contains(Phase.OPEN);
    assertThat(world.endpoint(1).ejections() + world.endpoint(2).ejections()).isPositive();
    assertThat(world.get().refused().reason()).isEqualTo(Step.Reason.CIRCUIT_OPEN);
  }

  @Test
  void aSubsetIsServedByItsEndpointsOnly() {
    world.with(versions().route(CANARY, to(new Share("v2", 100)))).apply();
    for (int i = 0; i < 10; i++) {
      world.call(Request.of("GET").with("x-canary", "1"));
    }
    assertThat(world.arrived).containsOnly(World.address(3)).hasSize(10);
    assertThat(subset("v2").calls()).isEqualTo(10);
    assertThat(world.status().calls()).isZero();
    assertThat(world.observed.lines).contains("call payments/v2");
  }

  @Test
  void aRetryWithinASubsetStaysThere() {
    world.with(versions().route(CANARY, to(new Share("v1", 100)))).apply();
    world.always(1, refused()).always(2, refused());
    Result result = world.call(Request.of("GET").with("x-canary", "1"));
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(world.arrived).doesNotContain(World.address(3));
  }

  @Test
  void aSubsetHasABreakerOfItsOwn() {
    world.with(versions().attempts(0).breaker(50, 20).route(CANARY, to(new Share("v2", 100))));
    world.always(3, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.call(Request.of("GET").with("x-canary", "1"));
    }
    assertThat(subset("v2").breaker()).contains(Phase.OPEN);
    assertThat(subset("v1").breaker()).contains(Phase.CLOSED);
    assertThat(world.status().breaker()).contains(Phase.CLOSED);
  }

  @Test
  void whatIsKnownOfAnEndpointIsKnownToWholeAndSubset() {
    world.with(versions().attempts(0).outlier(5, 50).route(CANARY, to(new Share("v1", 100))));
    world.always(1, status(503)).apply();
    for (int i = 0; i < 10; i++) {
      world.call(Request.of("GET").with("x-canary", "1"));
    }
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    world.arrived.clear();
    for (int i = 0; i < 10; i++) {
      world.get();
    }
    assertThat(world.arrived).doesNotContain(World.address(1)).contains(World.address(2));
  }

  @Test
  void aSubsetThatNobodyBelongsToRefusesItsCalls() {
    world.with(versions().route(CANARY, to(new Share("v3", 100)))).apply();
    Result result = world.call(Request.of("GET").with("x-canary", "1"));
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(result.refused().message()).contains("payments/v3");
    assertThat(world.get().ok()).isTrue();
  }

  @Test
  void subsetsShareARouteByTheirWeights() {
    world.with(versions().route(CANARY, to(new Share("v1", 90), new Share("v2", 10)))).apply();
    for (int i = 0; i < 2_000; i++) {
      world.call(Request.of("GET").with("x-canary", "1"));
    }
    assertThat(Collections.frequency(world.arrived, World.address(3))).isBetween(150, 250);
    assertThat(subset("v1").calls() + subset("v2").calls()).isEqualTo(2_000);
  }

  @Test
  void aChangeOfSettingsKeepsWhatASubsetLearnt() {
    Given before = versions().attempts(0).breaker(50, 20).route(CANARY, to(new Share("v2", 100)));
    world.with(before).always(3, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.call(Request.of("GET").with("x-canary", "1"));
    }
    world.change(
        versions()
            .attempts(1)
            .breaker(50, 20)
            .route(path(Kind.EXACT, "/v2"), to(new Share("v2", 100))));
    assertThat(subset("v2").breaker()).contains(Phase.OPEN);
    assertThat(subset("v2").calls()).isEqualTo(20);
    assertThat(world.call(Request.of("GET").at("/v2")).refused().reason())
        .isEqualTo(Step.Reason.CIRCUIT_OPEN);
  }

  @Test
  void resilienceIsSwitchedOffForARoute() {
    world.with(payments(1, 2).timeout(1_000).breaker(50, 20).route(CANARY, off())).apply();
    world.always(1, status(503)).always(2, status(503));
    Request canary = Request.of("GET").with("x-canary", "1");
    for (int i = 0; i < 30; i++) {
      assertThat(world.call(canary).attempts()).isEqualTo(1);
    }
    assertThat(world.status().breaker()).contains(Phase.CLOSED);
    assertThat(world.get().attempts()).isEqualTo(3);
    Step.Send send = (Step.Send) world.mesh.begin(canary).first();
    assertThat(send.attempt().timeoutNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(send.attempt().connectTimeoutNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(send.attempt().endpoint()).isPresent();
  }

  @Test
  void resilienceIsSwitchedOffForADestinationOrAllLiveAndComesBack() {
    Given given = payments(1, 2).timeout(1_000).outlier(5, 50);
    world.with(given).always(1, status(503)).apply();
    for (int i = 0; i < 20; i++) {
      world.get();
    }
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    long calls = world.status().calls();

    List<Runnable> switches = new ArrayList<>();
    switches.add(() -> world.resilience = false);
    switches.add(
        () -> {
          world.resilience = true;
          world.destinations.replaceAll(d -> d.toBuilder().resilience(false).build());
        });
    for (Runnable killed : switches) {
      killed.run();
      world.apply();
      world.arrived.clear();
      int failed = 0;
      for (int i = 0; i < 20; i++) {
        Result result = world.get();
        assertThat(result.attempts()).isEqualTo(1);
        failed += result.ok() ? 0 : 1;
      }
      assertThat(failed).as("nothing is repeated, nobody is ejected").isPositive();
      assertThat(world.arrived).contains(World.address(1), World.address(2));
      assertThat(world.endpoint(1).state()).isEqualTo(State.HEALTHY);
    }

    world.destinations.replaceAll(d -> d.toBuilder().resilience(true).build());
    world.apply();
    for (int i = 0; i < 20; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.status().calls()).isEqualTo(calls + 60);
  }

  @Test
  void aDestinationWithoutItSaysSoInItsSettings() {
    DestinationSettings on = payments(1).timeout(5).breaker(50, 20).settings();
    DestinationSettings off = on.withoutResilience();
    assertThat(off.endpoints()).isEqualTo(on.endpoints());
    assertThat(off.tls()).isEqualTo(on.tls());
    assertThat(off.loadBalancer()).isEqualTo(on.loadBalancer());
    assertThat(off.circuitBreaker()).isEmpty();
    assertThat(off.timeout()).isEmpty();
    assertThat(off.retries().attempts()).isZero();
  }
}
