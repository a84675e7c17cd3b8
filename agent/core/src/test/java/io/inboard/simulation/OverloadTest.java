// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.policy.ConcurrencyLimiter;
import io.inboard.policy.ConcurrencyLimiter.Ended;
import io.inboard.policy.ConcurrencyLimiter.Permit;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.ServerSettings.Adaptive;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** More load than the servers can take; T5 and T6 of resilience.md section 4. */
final class OverloadTest {
  /** What one server can take: workers over the mean service time. */
  private static final int WORKERS = 4;

  private static final int SERVERS = 4;
  private static final double CAPACITY = SERVERS * WORKERS * 100.0;

  private static Cluster cluster(UnaryOperator<DestinationBuilder> settings) {
    return new Cluster(42, SERVERS, WORKERS, 10, 0.5).clients(10, settings);
  }

  /** Two retries, also of attempts that ran out of their 250 ms. */
  private static DestinationBuilder impatient(DestinationBuilder b) {
    RetrySettings d = RetrySettings.DEFAULT;
    Set<String> retryOn = new HashSet<>(d.retryOn());
    retryOn.add("per-try-timeout");
    return b.retries(d.with(d.attempts(), Optional.of(Duration.ofMillis(250)), retryOn));
  }

  /** The limit that a server of the mesh has. */
  private static void limited(Cluster cluster) {
    for (Server server : cluster.servers) {
      ConcurrencyLimiter limiter =
          new ConcurrencyLimiter(new Adaptive(20, 1_000, Map.of()), cluster.simulation);
      server.gate = new Limit(limiter);
    }
  }

  /** Which of the permits under way is given back is all one but for the latency it tells. */
  private static final class Limit implements Server.Gate {
    private final ConcurrencyLimiter limiter;
    private final ArrayDeque<Permit> entered = new ArrayDeque<>();

    Limit(ConcurrencyLimiter limiter) {
      this.limiter = limiter;
    }

    @Override
    public boolean enter() {
      Optional<Permit> permit = limiter.tryAcquire("");
      permit.ifPresent(entered::add);
      return permit.isPresent();
    }

    @Override
    public void leave(long enteredNanos, boolean dropped) {
      entered.poll().release(dropped ? Ended.FAILED : Ended.SERVED);
    }
  }

  /** Half as much again for ten seconds. */
  private static void pulse(Cluster cluster) {
    cluster.load(0.8 * CAPACITY, 50, t -> t >= 10_000 && t < 20_000 ? 1.5 : 1).run(55);
    assertThat(cluster.results.success(5_000, 10_000)).isGreaterThanOrEqualTo(0.999);
    assertThat(cluster.inFlight()).isZero();
  }

  @Test
  void t5AfterAPulseTheClientsAloneRecover() {
    Cluster cluster = cluster(OverloadTest::impatient);
    pulse(cluster);
    assertThat(cluster.results.success(15_000, 20_000)).as("it is too much").isLessThan(0.5);
    assertThat(cluster.results.success(35_000, 50_000)).isGreaterThanOrEqualTo(0.99);
    assertThat(cluster.amplification()).isLessThanOrEqualTo(1.1);
  }

  @Test
  void t5WithALimitAtTheServersItIsOverWithThePulse() {
    Cluster cluster = cluster(OverloadTest::impatient);
    limited(cluster);
    pulse(cluster);
    assertThat(cluster.results.success(22_000, 50_000)).isGreaterThanOrEqualTo(0.99);
  }

  @Test
  void t6TwiceTheCapacityIsServedToCapacity() {
    Cluster cluster = cluster(b -> b);
    limited(cluster);
    cluster.load(CAPACITY, 30, t -> t >= 10_000 && t < 20_000 ? 2 : 0.5).run(35);
    int offered = cluster.results.count(10_000, 20_000);
    double goodput = cluster.results.success(10_000, 20_000) * offered / 10;
    assertThat(goodput).isGreaterThanOrEqualTo(0.95 * CAPACITY);
    double unloaded = cluster.results.percentile(0.99, 2_000, 10_000);
    assertThat(cluster.results.percentileOfGood(0.99, 10_000, 20_000))
        .isLessThanOrEqualTo(5 * unloaded);
  }
}
