// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Drives each pair until it is as fast as it gets. */
final class WarmUp {
  private final Options options;
  private final Load load;
  private final Ledger ledger;
  private final Driven driven;

  WarmUp(Options options, Load load, Ledger ledger, Driven driven) {
    this.options = options;
    this.load = load;
    this.ledger = ledger;
    this.driven = driven;
  }

  /** Requests a second of the slowest that works; empty if none does. */
  OptionalDouble warm(List<Pair> pairs) {
    Map<Variant, Double> throughput = new EnumMap<>(Variant.class);
    for (Pair pair : pairs) {
      double reached = warm(pair);
      if (reached > 0) {
        throughput.put(pair.variant(), reached);
      }
    }
    return throughput.values().stream().mapToDouble(d -> d).min();
  }

  private double warm(Pair pair) {
    Variant variant = pair.variant();
    double window = options.seconds();
    Warmth warmth = new Warmth(window, options.warmAtLeast(variant), options.warmAtMost(variant));
    do {
      LoadResult loop = load.closed(pair.url(), window);
      driven.add(variant, loop);
      pair.checkAlive();
      if (loop.errors() == loop.requests()) {
        ledger.strike(variant, "no request succeeded: " + loop.firstError());
        return 0;
      }
      warmth.add(loop.perSecond());
    } while (!warmth.enough());
    String last =
        String.format(
            "after %.0f s %.0f req/s, the last windows %.1f %% apart",
            warmth.seconds(), warmth.throughput(), warmth.apart() * 100);
    Progress.say("warm " + variant + ": " + last);
    if (!warmth.steady()) {
      ledger.unsteady(variant, last);
    }
    return warmth.throughput();
  }
}
