// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.SpanKind;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Starts spans: recorded if traces are exported and the sampler takes them, else ids alone, so that
 * the trace is passed on with the sampling decision that it has. Safe for use by any thread.
 */
final class SpanStarter {
  private final ActiveSpan.Origin origin;
  private final LiveSampler sampler;

  SpanStarter(ActiveSpan.Origin origin, LiveSampler sampler) {
    this.origin = origin;
    this.sampler = sampler;
  }

  /**
   * @param parent perhaps invalid: then a trace begins
   */
  ActiveSpan start(boolean recording, String name, SpanKind kind, TraceIds parent) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    boolean child = parent.isValid();
    long high = child ? parent.traceHigh() : random.nextLong();
    long low = child ? parent.traceLow() : id(random);
    boolean sampled = sampler.samples(parent, low);
    int flags =
        (sampled ? TraceIds.SAMPLED : 0)
            | (child ? parent.flags() : TraceIds.RANDOM) & TraceIds.RANDOM;
    return new ActiveSpan(
        recording && sampled ? origin : null, high, low, id(random), flags, parent, kind, name);
  }

  /** The root of a trace that is not recorded. */
  ActiveSpan unsampled() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return ActiveSpan.passedOn(
        new TraceIds(
            random.nextLong(),
            id(random),
            id(random),
            TraceIds.RANDOM,
            false,
            TraceIds.NONE.getTraceState()));
  }

  /** An id of zeros is none. */
  private static long id(ThreadLocalRandom random) {
    long id;
    do {
      id = random.nextLong();
    } while (id == 0);
    return id;
  }
}
