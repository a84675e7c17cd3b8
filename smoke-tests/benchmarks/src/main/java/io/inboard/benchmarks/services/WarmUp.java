// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Drives all pairs in turn until each is as fast as it gets. */
final class WarmUp {
  private static final double WINDOW_SECONDS = 5;

  private final Options options;
  private final Load load;
  private final Ledger ledger;
  private final Driven driven;
  private final Order order;

  WarmUp(Options options, Load load, Ledger ledger, Driven driven, Order order) {
    this.options = options;
    this.load = load;
    this.ledger = ledger;
    this.driven = driven;
    this.order = order;
  }

  /** Requests a second of the slowest that works; empty if none does. */
  OptionalDouble warm(List<Pair> pairs) {
    Map<Pair, Warmth> warmths = new HashMap<>();
    Map<Variant, Double> throughput = new EnumMap<>(Variant.class);
    List<Pair> cold = new ArrayList<>(pairs);
    while (!cold.isEmpty()) {
      StringBuilder line = new StringBuilder("warming");
      for (Pair pair : order.next(cold)) {
        Variant variant = pair.variant();
        Warmth warmth =
            warmths.computeIfAbsent(
                pair, p -> new Warmth(options.warmRequests(variant), options.warmAtMost()));
        double compiled = compileSeconds(pair);
        LoadResult loop = load.closed(pair.url(), WINDOW_SECONDS);
        driven.add(variant, loop);
        pair.checkAlive();
        if (loop.errors() == loop.requests()) {
          ledger.strike(variant, "no request succeeded: " + loop.firstError());
          cold.remove(pair);
          continue;
        }
        warmth.add(loop.seconds(), loop.requests(), compileSeconds(pair) - compiled);
        throughput.put(variant, loop.perSecond());
        line.append(
            String.format(
                ", %s %.0f req/s compiling %.0f %%",
                variant, loop.perSecond(), warmth.compiled() * 100));
        if (warmth.enough()) {
          cold.remove(pair);
          said(variant, warmth, loop.perSecond());
        }
      }
      Progress.say(line.toString());
    }
    return throughput.values().stream().mapToDouble(d -> d).min();
  }

  private void said(Variant variant, Warmth warmth, double perSecond) {
    String what =
        String.format(
            "after %.0f s and %d requests %.0f req/s, compiling in %.0f %% of the last windows",
            warmth.seconds(), warmth.requests(), perSecond, warmth.compiled() * 100);
    Progress.say("warm " + variant + ": " + what);
    if (!warmth.quiet()) {
      ledger.note(variant, "was still compiling when measured: " + what);
    }
  }

  /** Of both services, since they began. */
  private static double compileSeconds(Pair pair) {
    return (pair.frontFigures(false).compileMillis() + pair.backFigures(false).compileMillis())
        / 1e3;
  }
}
