// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.BudgetSettings;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.DestinationSettings.PoolSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What retries do to a destination that is down; T3 of RATIONALE.md, Scenarios. */
final class OutageTest {
  /** All servers are well, then all of them fail. */
  private static final double BEGIN = 20;

  private static Cluster down(double seconds, double failureMillis, int clients) {
    Cluster cluster = new Cluster(42, 3, 64, 10, 0.5);
    cluster.clients(clients, b -> b);
    cluster.servers.forEach(
        s -> {
          s.failing = t -> t >= BEGIN * 1000 && t < (BEGIN + seconds) * 1000 ? 1 : 0;
          s.failureMillis = failureMillis;
        });
    return cluster;
  }

  /** Attempts per call while the servers are down. */
  private static double amplification(Cluster cluster, double perSecond, double seconds) {
    cluster.load(perSecond, BEGIN + seconds).run(BEGIN);
    long attempts = cluster.received();
    long calls = calls(cluster);
    cluster.run(BEGIN + seconds + 5);
    assertThat(cluster.inFlight()).isZero();
    return (double) (cluster.received() - attempts) / (calls(cluster) - calls);
  }

  private static long calls(Cluster cluster) {
    return cluster.clients.stream().mapToLong(c -> c.calls).sum();
  }

  @Test
  void t3AnOutageOfAMinuteGetsNoStormOfRetries() {
    assertThat(amplification(down(60, 1, 1), 100, 60)).isLessThanOrEqualTo(1.05);
  }

  @Test
  void t3ABudgetThatRequestsFundDoesNotPreventIt() {
    Cluster cluster = down(60, 1, 1);
    cluster.apply(OutageTest::fundedByRequests);
    assertThat(amplification(cluster, 100, 60)).isGreaterThan(1.9);
  }

  @Test
  void t3bAnOutageOfTenSecondsGetsFewRetries() {
    assertThat(amplification(down(10, 1, 1), 100, 10)).isLessThanOrEqualTo(1.10);
  }

  @Test
  void t3cManyClientsOfLittleTrafficDoNotAddUpToAStorm() {
    assertThat(amplification(down(60, 1, 40), 5 * 40, 60)).isLessThanOrEqualTo(1.10);
  }

  @Test
  void t3dABrownOutBlocksNoMoreThreadsThanAreAllowed() {
    Cluster cluster = down(60, 500, 1);
    int cap = 80;
    UnaryOperator<DestinationBuilder> capped =
        b ->
            b.connectionPool(
                new PoolSettings(
                    Duration.ofSeconds(1),
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    cap,
                    Integer.MAX_VALUE));
    cluster.apply(capped);
    int[] most = new int[1];
    cluster.simulation.arrivals(
        200, (BEGIN + 60) * 1000, t -> 1, () -> most[0] = Math.max(most[0], cluster.inFlight()));
    assertThat(amplification(cluster, 100, 60)).isLessThanOrEqualTo(1.05);
    assertThat(most[0]).isBetween(30, cap);
  }

  @Test
  void afterAnOutageAllIsAsBefore() {
    Cluster cluster = down(30, 1, 1).load(100, 90).run(95);
    assertThat(cluster.results.success(BEGIN * 1000, (BEGIN + 30) * 1000)).isLessThan(0.01);
    assertThat(cluster.results.success(60_000, 90_000)).isGreaterThanOrEqualTo(0.999);
  }

  /** A retry for each request. */
  private static DestinationBuilder fundedByRequests(DestinationBuilder b) {
    return b.retryBudget(
        new BudgetSettings(
            100, 0, BudgetSettings.FundedBy.REQUEST, Optional.empty(), Duration.ofSeconds(2)));
  }
}
