// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.balance.Balancer;
import io.inboard.balance.Candidate;
import io.inboard.balance.Chance;
import io.inboard.balance.Eligible;
import io.inboard.balance.Load;
import io.inboard.balance.WarmUp;
import io.inboard.settings.BalancerSettings.Algorithm;
import io.inboard.settings.BalancerSettings.By;
import io.inboard.settings.BalancerSettings.HashSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * One choice of an endpoint, and what the balancer is told of the request that follows: begun,
 * sent, answered, over. Every endpoint may be chosen.
 */
public class BalancerBenchmark extends Microbenchmark {
  private static final long RTT = TimeUnit.MILLISECONDS.toNanos(2);
  private static final Eligible<Instance> ALL = (instance, now, tried) -> true;

  /** How it chooses. */
  public enum Kind {
    PEAK_EWMA,
    LEAST_REQUEST,
    ROUND_ROBIN,
    RANDOM,
    MAGLEV,
    RING
  }

  /** How it chooses. */
  @Param public Kind kind;

  /** Of the destination. */
  @Param({"1", "10", "100", "10000"})
  public int endpoints;

  private Balancer<Instance> balancer;
  private long hash;

  /** Before the first choice. */
  @Setup
  public void start() {
    LongAdder inFlight = new LongAdder();
    List<Instance> all = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      all.add(new Instance("10.0." + (i >> 8) + "." + (i & 255) + ":8080", new Load(inFlight)));
    }
    balancer =
        switch (kind) {
          case PEAK_EWMA -> Balancer.peakEwma(all, WarmUp.OFF, Chance.THREAD);
          case LEAST_REQUEST -> Balancer.leastRequest(all, WarmUp.OFF, Chance.THREAD);
          case ROUND_ROBIN -> Balancer.roundRobin(all, WarmUp.OFF, Chance.THREAD);
          case RANDOM -> Balancer.random(all, WarmUp.OFF, Chance.THREAD);
          case MAGLEV ->
              Balancer.consistentHash(all, hash(Algorithm.MAGLEV, 65_537), Chance.THREAD);
          case RING -> Balancer.consistentHash(all, hash(Algorithm.RING, 1_024), Chance.THREAD);
        };
  }

  /** The defaults of the settings. */
  private static HashSettings hash(Algorithm algorithm, int tableSize) {
    return new HashSettings(By.HEADER, "x-user", algorithm, tableSize, 0);
  }

  /** One request. */
  @Benchmark
  public Instance request() {
    long now = System.nanoTime();
    hash += 0x9e3779b97f4a7c15L; // Another key each time, spread as hashes are.
    Instance chosen = balancer.pick(now, hash, ALL, List.of());
    Load load = chosen.load();
    load.begin();
    int slot = load.start(now);
    load.stop(slot);
    load.answered(RTT, now);
    load.end();
    return chosen;
  }

  /** An endpoint as the balancer sees it. */
  public record Instance(String address, Load load) implements Candidate {
    @Override
    public int weight() {
      return 1;
    }

    @Override
    public String zone() {
      return "";
    }
  }
}
