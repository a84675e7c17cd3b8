// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.policy.DestinationPolicy;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.RetrySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that are made for calls; T7 and T8 of RATIONALE.md, Scenarios. */
final class TiersTest {
  private final Simulation simulation = new Simulation(42);

  /** A JVM that calls these. */
  private Client client(UnaryOperator<DestinationBuilder> settings, List<? extends Peer> callees) {
    Map<String, Peer> peers = new HashMap<>();
    List<Instance> listed = new ArrayList<>();
    for (Peer peer : callees) {
      String address = Cluster.address(listed.size());
      peers.put(address, peer);
      listed.add(Cluster.instance(listed.size()));
    }
    DestinationPolicy policy =
        DestinationPolicy.of(
            settings
                .apply(DestinationSettings.builder("next"))
                .endpoints(new EndpointSettings.Listed(listed))
                .build(),
            "",
            Optional.empty(),
            simulation,
            simulation,
            simulation);
    policy.endpoints(listed);
    return new Client(simulation, peers, new Results(), policy);
  }

  private Tier tier(Mode mode, Tier.Work work) {
    DeadlineSettings d = DeadlineSettings.DEFAULT;
    return new Tier(
        simulation,
        new DeadlineSettings(mode, d.trust(), d.headers(), d.maxRejectFraction()),
        work);
  }

  private static void get(Client client, CallerTerms terms, IntConsumer done) {
    client.call(Client.Request.GET, terms, done);
  }

  /** Front, middle and last; everybody, their caller too, makes two retries. */
  private final class Chain {
    static final double DOWN = 20_000;

    final List<Server> last = new ArrayList<>();
    final List<Tier> front;
    final Client caller;

    Chain(int instances, UnaryOperator<DestinationBuilder> settings) {
      for (int i = 0; i < instances; i++) {
        Server server = new Server(simulation, 64, 10, 0.5);
        server.failing = t -> t >= DOWN ? 1 : 0;
        last.add(server);
      }
      front = calling(calling(last, settings), settings);
      caller = client(settings, front);
    }

    /** Each of them a JVM of its own. */
    private List<Tier> calling(
        List<? extends Peer> callees, UnaryOperator<DestinationBuilder> settings) {
      List<Tier> tiers = new ArrayList<>();
      while (tiers.size() < callees.size()) {
        Client next = client(settings, callees);
        tiers.add(tier(Mode.OBSERVE, (terms, done) -> get(next, terms, done)));
      }
      return tiers;
    }

    long attempts() {
      return last.stream().mapToLong(s -> s.received).sum();
    }

    /** Answers of the first tier that said so. */
    long discouraged() {
      return front.stream().mapToLong(t -> t.discouraged).sum();
    }
  }

  private static DestinationBuilder retriesOfRetries(DestinationBuilder b) {
    RetrySettings d = RetrySettings.DEFAULT;
    return b.retries(
        new RetrySettings(
            d.attempts(),
            d.perTryTimeout(),
            d.retryOn(),
            d.idempotentMethods(),
            d.retriableMethods(),
            d.backoff(),
            d.maxBackoff(),
            d.ignorePreviousHosts(),
            d.maxReplayBytes(),
            d.maxReplayTotal(),
            true,
            d.retryAfterMax(),
            d.signals(),
            d.trustIdempotencyKey()));
  }

  @Test
  void t7TheLastOfThreeTiersIsDownAndGetsNoStorm() {
    Chain chain = new Chain(3, b -> b);
    simulation.arrivals(100, Chain.DOWN + 60_000, t -> 1, chain.caller::call);
    simulation.run(Chain.DOWN);
    long callsBefore = chain.caller.calls;
    long attemptsBefore = chain.attempts();
    assertThat(chain.discouraged()).isZero();
    simulation.run(Chain.DOWN + 65_000);
    double calls = chain.caller.calls - callsBefore;
    assertThat((chain.attempts() - attemptsBefore) / calls).isBetween(1.0, 1.1);
    assertThat(chain.discouraged() / calls).as("the caller is told").isGreaterThan(0.99);
    // Of 6,000 calls. What it repeats before each of the tier has told it: 2 to 26 over 20 seeds.
    assertThat(chain.caller.attempts - chain.caller.calls)
        .as("its budget is full, and it obeys")
        .isBetween(1L, 30L);
  }

  @Test
  void t7TheAttemptsOfOneCallDoNotMultiply() {
    assertThat(ofOneCall(b -> b)).as("3 + 2 + 2: each retry goes down the chain once").isEqualTo(7);
  }

  @Test
  void t7WhereRetriesAreRetriedTheyDo() {
    assertThat(ofOneCall(TiersTest::retriesOfRetries)).isEqualTo(27);
  }

  /** What the last tier gets for it, when all budgets are full. */
  private long ofOneCall(UnaryOperator<DestinationBuilder> settings) {
    Chain chain = new Chain(1, settings);
    simulation.arrivals(100, Chain.DOWN - 1_000, t -> 1, chain.caller::call);
    simulation.run(Chain.DOWN);
    long before = chain.attempts();
    chain.caller.call();
    simulation.run(Chain.DOWN + 5_000);
    return chain.attempts() - before;
  }

  /**
   * A calls B and waits for a second; B calls C after 50 ms, and neither has a timeout. C asks a
   * store six times for half a second each.
   */
  private final class Asking {
    static final double BEGIN = 10_000;
    static final double DEADLINE = BEGIN + 1_000;

    final Tier b;
    final Tier c;
    final Tier store;

    /** When A was done, in milliseconds since the start. */
    double done;

    /** How often C is still to fail before it asks anybody. */
    private int failures;

    Asking(Mode mode, int storeStatus, int failures) {
      this.failures = failures;
      store = tier(mode, (terms, ended) -> simulation.in(500, () -> ended.accept(storeStatus)));
      Client toStore = client(s -> s, List.of(store));
      c = tier(mode, (terms, ended) -> ask(toStore, 6, terms, ended));
      Client toC = client(s -> s, List.of(c));
      b = tier(mode, (terms, ended) -> simulation.in(50, () -> get(toC, terms, ended)));
      Client toB = client(s -> s.timeout(Optional.of(Duration.ofSeconds(1))), List.of(b));
      simulation.at(BEGIN, () -> get(toB, CallerTerms.NONE, s -> done = simulation.millis()));
      simulation.run(BEGIN + 10_000);
    }

    private void ask(Client next, int times, CallerTerms terms, IntConsumer ended) {
      if (failures > 0) {
        failures--;
        simulation.in(100, () -> ended.accept(503));
        return;
      }
      get(
          next,
          terms,
          status -> {
            if (status == 200 && times > 1) {
              ask(next, times - 1, terms, ended);
            } else {
              ended.accept(status);
            }
          });
    }
  }

  /** What requests cost on their way, and milliseconds that are left out of a header. */
  private static final double SLACK = 3;

  private static List<Double> granted(Tier tier) {
    return tier.received.stream().map(Tier.Received::grantedMillis).toList();
  }

  private static double lastReceived(Tier tier) {
    return tier.received.get(tier.received.size() - 1).atMillis();
  }

  private static Tier.Answered lastAnswer(Tier tier) {
    return tier.answered.get(tier.answered.size() - 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"OBSERVE", "ENFORCE"})
  void t8EachTierAndEachAttemptIsToldOfLessTime(Mode mode) {
    Asking asking = new Asking(mode, 200, 1);
    assertThat(granted(asking.b)).containsExactly(1_000.0);
    assertThat(granted(asking.c)).hasSize(2);
    assertThat(granted(asking.c).get(0)).isBetween(950 - SLACK, 950.0);
    assertThat(granted(asking.c).get(1))
        .as("a retry, after 100 ms and the backoff")
        .isBetween(750.0, 850.0);
    double first = granted(asking.store).get(0);
    assertThat(first).isLessThanOrEqualTo(granted(asking.c).get(1));
    assertThat(granted(asking.store).get(1)).isBetween(first - 500 - SLACK, first - 500);
    assertThat(asking.done).isEqualTo(Asking.DEADLINE);
  }

  @Test
  void t8EnforcedADeadlineEndsTheWorkOfAllTiers() {
    Asking asking = new Asking(Mode.ENFORCE, 200, 0);
    assertThat(lastAnswer(asking.b).status()).isEqualTo(503);
    assertThat(lastAnswer(asking.b).atMillis()).isLessThan(Asking.DEADLINE + SLACK);
    assertThat(lastAnswer(asking.c).atMillis()).isLessThan(Asking.DEADLINE + SLACK);
    assertThat(asking.store.received).as("of six").hasSize(2);
    assertThat(lastReceived(asking.store)).isLessThan(Asking.DEADLINE);
  }

  @Test
  void t8EnforcedNoRetryStartsAfterTheDeadline() {
    Asking asking = new Asking(Mode.ENFORCE, 503, 0);
    assertThat(asking.store.received).as("there is no time for a third attempt").hasSize(2);
    assertThat(asking.c.received).hasSize(1);
    assertThat(asking.b.received).hasSize(1);
    assertThat(lastReceived(asking.store)).isLessThan(Asking.DEADLINE);
  }

  @Test
  void t8ObservedNothingIsCutThatHasNoTimeout() {
    Asking asking = new Asking(Mode.OBSERVE, 200, 0);
    assertThat(asking.done).as("A has one").isEqualTo(Asking.DEADLINE);
    assertThat(asking.store.received).hasSize(6);
    assertThat(lastAnswer(asking.c).status()).isEqualTo(200);
    assertThat(lastAnswer(asking.b).status()).isEqualTo(200);
    assertThat(lastAnswer(asking.b).atMillis()).isGreaterThan(Asking.BEGIN + 3_000);
    assertThat(asking.b.received).hasSize(1);
  }
}
