// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How many requests each pair was sent, and whether the spans that are due for them arrived. */
final class Driven {
  /** Of the front's server, of its call, of the back's server. */
  private static final int SPANS_A_REQUEST = 3;

  /**
   * Fewer than this, and the work was not done. Queues of agents overflow and drop; that is noted.
   */
  private static final double AT_LEAST = 0.5;

  private static final double NEARLY_ALL = 0.98;
  private static final int FLUSHED_WITHIN_SECONDS = 15;

  private final Map<Variant, Long> requests = new EnumMap<>(Variant.class);

  void add(Variant variant, LoadResult loop) {
    requests.merge(variant, loop.requests(), Long::sum);
  }

  /** Strikes those whose spans did not arrive. */
  void checkSpans(List<Pair> pairs, Sink sink, Ledger ledger) throws InterruptedException {
    long end = System.nanoTime() + FLUSHED_WITHIN_SECONDS * 1_000_000_000L;
    for (Pair pair : pairs) {
      Variant variant = pair.variant();
      if (!variant.exports() || !requests.containsKey(variant)) {
        continue;
      }
      while (share(variant, sink) < NEARLY_ALL && System.nanoTime() < end) {
        Thread.sleep(500);
      }
      double share = share(variant, sink);
      String said = String.format("%.1f %% of its spans arrived at the sink", share * 100);
      if (share < AT_LEAST) {
        ledger.strike(variant, said);
      } else if (share < NEARLY_ALL) {
        ledger.note(variant, said);
      } else {
        Progress.say(variant + ": " + said);
      }
    }
  }

  private double share(Variant variant, Sink sink) {
    return (double) sink.spans(variant) / (requests.get(variant) * SPANS_A_REQUEST);
  }
}
