// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.DestinationSettings.HedgeSettings;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A second attempt beside a slow one; T13 of RATIONALE.md, Scenarios. */
final class HedgeTest {
  private static final int SERVERS = 5;

  /**
   * @param everyNth of all the attempts takes half a second more
   */
  private static Cluster stalling(int everyNth, Optional<HedgeSettings> hedge) {
    Cluster cluster = new Cluster(42, SERVERS, 64, 10, 0.5);
    int[] attempts = new int[1];
    cluster.servers.forEach(s -> s.added = t -> ++attempts[0] % everyNth == 0 ? 500 : 0);
    cluster.clients(1, b -> b.hedge(hedge)).load(500, 30).run(35);
    assertThat(cluster.results.success(0, 30_000)).isEqualTo(1);
    assertThat(cluster.inFlight()).isZero();
    return cluster;
  }

  /** As it is when only {@code hedge: {}} is set. */
  private static Optional<HedgeSettings> on() {
    return Optional.of(new HedgeSettings(95, Optional.empty(), 5, false));
  }

  /** When it is known how long an answer takes. */
  private static double percentile(Cluster cluster, double part) {
    return cluster.results.percentile(part, 5_000, 30_000);
  }

  @Test
  void t13TheSlowestOfAHundredAreRescued() {
    // A bit more than one of a hundred: the 99th percentile is one of them.
    assertThat(percentile(stalling(99, Optional.empty()), 0.99)).isGreaterThan(500);
    Cluster hedged = stalling(99, on());
    assertThat(percentile(hedged, 0.99)).isLessThanOrEqualTo(60);
    assertThat(hedged.amplification()).isBetween(1.01, 1.05);
  }

  @Test
  void t13MoreStallsThanItsShareCanRescueStayStalls() {
    Cluster hedged = stalling(12, on());
    assertThat(percentile(hedged, 0.99)).isGreaterThan(500);
    assertThat(hedged.amplification()).isLessThanOrEqualTo(1.05);
  }
}
