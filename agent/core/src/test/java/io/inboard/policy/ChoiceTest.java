// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static io.inboard.policy.ScriptedWorld.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.call.CallerTerms;
import io.inboard.settings.BalancerSettings;
import io.inboard.settings.BalancerSettings.Algorithm;
import io.inboard.settings.BalancerSettings.By;
import io.inboard.settings.BalancerSettings.HashSettings;
import io.inboard.settings.BalancerSettings.Simple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Which endpoint takes a call: hashes, zones, latency, new ones; RATIONALE.md, Balancing, Warm-up
 * and Zones.
 */
final class ChoiceTest {
  private final PolicyWorld world = new PolicyWorld();

  private static Given hashing(By by, String name, int... endpoints) {
    BalancerSettings d = BalancerSettings.DEFAULT;
    return payments(endpoints)
        .that(
            b ->
                b.loadBalancer(
                    new BalancerSettings(
                        d.simple(),
                        Optional.of(new HashSettings(by, name, Algorithm.MAGLEV, 65_537, 0)),
                        d.warmup(),
                        d.locality())));
  }

  private String last() {
    return world.arrived.get(world.arrived.size() - 1);
  }

  private String sent(Request request) {
    world.call(request);
    return last();
  }

  private static Request of(String user) {
    return Request.of("GET").with("x-user", user);
  }

  /** Where so many calls arrived. */
  private Map<String, Integer> arrivals(int calls) {
    world.arrived.clear();
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < calls; i++) {
      world.get();
      world.time.passMillis(1);
    }
    world.arrived.forEach(a -> counts.merge(a, 1, Integer::sum));
    return counts;
  }

  @Test
  void theSameKeyGoesToTheSameEndpointAlsoUnderOtherSettings() {
    world.with(hashing(By.HEADER, "x-user", 1, 2, 3, 4, 5)).apply();
    Map<String, String> where = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      where.put("u" + i, sent(of("u" + i)));
    }
    assertThat(where.values()).contains(address(1), address(2), address(3), address(4), address(5));
    world.change(hashing(By.HEADER, "x-user", 5, 4, 3, 2, 1).timeout(1000));
    where.forEach((user, address) -> assertThat(sent(of(user))).isEqualTo(address));
  }

  @Test
  void anEjectedEndpointsKeysGoElsewhereAndComeBack() {
    world.with(hashing(By.HEADER, "x-user", 1, 2, 3).outlier(1, 50).attempts(0)).apply();
    String home = sent(of("ann"));
    int n = Integer.parseInt(home.substring(7, 8));
    world.script(n, status(500));
    world.call(of("ann"));
    String refuge = sent(of("ann"));
    assertThat(refuge).isNotEqualTo(home);
    assertThat(sent(of("ann"))).isEqualTo(refuge);
    world.time.passMillis(40_000);
    assertThat(sent(of("ann"))).as("the probe").isEqualTo(home);
    assertThat(sent(of("ann"))).isEqualTo(home);
  }

  @Test
  void aRetryOfAKeyGoesToTheNextEndpoint() {
    world.with(hashing(By.HEADER, "x-user", 1, 2, 3)).apply();
    String home = sent(of("ann"));
    world.script(Integer.parseInt(home.substring(7, 8)), status(503));
    String next = sent(of("ann"));
    assertThat(next).isNotEqualTo(home);
    world.script(Integer.parseInt(home.substring(7, 8)), status(503));
    assertThat(sent(of("ann"))).isEqualTo(next);
  }

  @Test
  void callsOnBehalfOfOneCallerStayTogether() {
    world.with(hashing(By.SOURCE, "", 1, 2, 3, 4, 5)).apply();
    Map<String, String> where = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      String source = "10.9.0." + i % 20;
      world.terms = new CallerTerms(CallerTerms.NO_DEADLINE, false, false, source);
      String address = sent(Request.of("GET"));
      assertThat(where.getOrDefault(source, address)).isEqualTo(address);
      where.put(source, address);
    }
    assertThat(where.values()).hasSizeGreaterThan(3);
  }

  @Test
  void callsStayInTheOwnZoneWhileItIsHealthy() {
    world.zone = "b";
    Given zoned = payments(1, 2, 3, 4, 5, 6).zone("a", 1, 2, 3).zone("b", 4, 5, 6);
    world.with(zoned.balancer(Simple.PEAK_EWMA)).apply();
    assertThat(arrivals(300)).containsOnlyKeys(address(4), address(5), address(6));
  }

  @Test
  void whatAnEjectionTakesFromTheOwnZoneGoesToTheOther() {
    world.zone = "b";
    world
        .with(
            payments(1, 2, 3, 4, 5, 6)
                .zone("a", 1, 2, 3)
                .zone("b", 4, 5, 6)
                .balancer(Simple.PEAK_EWMA)
                .outlier(1, 50)
                .attempts(0))
        .apply();
    world.script(4, status(500));
    while (world.endpoint(4).ejections() == 0) {
      world.get();
    }
    world.time.passMillis(1000);
    Map<String, Integer> arrivals = arrivals(4000);
    int local = arrivals.getOrDefault(address(5), 0) + arrivals.getOrDefault(address(6), 0);
    // u = 2/5 of what is healthy, o = 3/6 of the callers.
    assertThat(local / 4000.0).isCloseTo(0.8, within(0.03));
    assertThat(arrivals).doesNotContainKey(address(4));
  }

  @Test
  void theEndpointThatFailsFastIsAvoidedBeforeAnythingIsEjected() {
    world.with(payments(1, 2, 3).balancer(Simple.PEAK_EWMA).attempts(0)).apply();
    world.always(1, status(500));
    assertThat(arrivals(300).get(address(1))).isBetween(1, 5);
  }

  @Test
  void anEndpointThatIsOverItsRateIsAvoidedAndOneWhoseAnswersAreTheClientsFaultIsNot() {
    world.with(payments(1, 2, 3).balancer(Simple.PEAK_EWMA).attempts(0)).apply();
    world.always(1, status(429)).always(2, status(404));
    Map<String, Integer> arrivals = arrivals(600);
    assertThat(arrivals.get(address(1))).isBetween(1, 10);
    assertThat(arrivals.get(address(2))).isGreaterThan(200);
  }

  @Test
  void anEndpointThatAsksForAMinuteIsLeftAloneForAMinute() {
    world.with(payments(1, 2, 3).balancer(Simple.PEAK_EWMA).attempts(0)).apply();
    world.script(1, status(503, "retry-after", "60"));
    arrivals(100);
    world.time.passMillis(50_000); // The failure alone would be forgotten.
    assertThat(arrivals(100).getOrDefault(address(1), 0)).isZero();
    world.time.passMillis(80_000);
    assertThat(arrivals(100).getOrDefault(address(1), 0)).isPositive();
  }

  @Test
  void whatWasLearntOfAnEndpointOutlivesItsSettingsAndANewOneStartsSlowly() {
    world.with(payments(1, 2, 3).balancer(Simple.PEAK_EWMA).attempts(0)).apply();
    world.always(1, status(500));
    arrivals(100);
    double before = world.endpoint(1).ewmaMillis();
    assertThat(before).isGreaterThan(900);
    world.change(payments(1, 2, 3, 4).balancer(Simple.ROUND_ROBIN).attempts(0).timeout(5000));
    assertThat(world.endpoint(1).ewmaMillis()).isEqualTo(before);
    Map<String, Integer> cold = arrivals(1000);
    assertThat(cold.get(address(4))).isLessThan(cold.get(address(2)) / 4);
    world.time.passMillis(30_000);
    Map<String, Integer> warm = arrivals(1000);
    assertThat(warm.get(address(4))).isCloseTo(warm.get(address(2)), within(2));
  }

  @Test
  void aStreamsFirstEventSaysNothingOfTheEndpoint() {
    world.with(payments(1).balancer(Simple.PEAK_EWMA)).apply();
    world.always(1, status(200));
    world.get();
    double before = world.endpoint(1).ewmaMillis();
    slow(status(200, "content-type", "text/event-stream;charset=utf-8"));
    assertThat(world.endpoint(1).ewmaMillis()).isLessThanOrEqualTo(before);
    slow(status(200, "content-type", "text/plain"));
    assertThat(world.endpoint(1).ewmaMillis()).isGreaterThan(1900);
  }

  /** An answer that comes after two seconds. */
  private void slow(Answer answer) {
    Answer.Status s = (Answer.Status) answer;
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    send.goesOut(world.time.nanos());
    world.time.passMillis(2000);
    call.responded(send, s.status(), name -> s.headers().getOrDefault(name, List.of()));
    call.end();
  }
}
