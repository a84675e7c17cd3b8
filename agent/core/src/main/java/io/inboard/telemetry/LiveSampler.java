// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.settings.TelemetrySettings;

/** The sampler that settings name at the moment; a change counts for the next span. */
final class LiveSampler {
  /** Above every trace id that a ratio is compared with, and below. */
  private static final long ALL = Long.MAX_VALUE;

  private static final long NONE = Long.MIN_VALUE;

  /**
   * @param followsParent whether the parent's decision holds where there is a parent
   * @param below the trace ids that are sampled, as {@link #bound} has it
   */
  private record Rule(boolean followsParent, long below) {}

  private volatile Rule rule;

  LiveSampler(TelemetrySettings settings) {
    this.rule = of(settings);
  }

  void apply(TelemetrySettings settings) {
    rule = of(settings);
  }

  private static Rule of(TelemetrySettings settings) {
    return switch (settings.sampler()) {
      case ALWAYS_ON -> new Rule(false, ALL);
      case ALWAYS_OFF -> new Rule(false, NONE);
      case TRACEIDRATIO -> new Rule(false, bound(settings.ratio()));
      case PARENTBASED_ALWAYS_ON -> new Rule(true, ALL);
      case PARENTBASED_ALWAYS_OFF -> new Rule(true, NONE);
      case PARENTBASED_TRACEIDRATIO -> new Rule(true, bound(settings.ratio()));
    };
  }

  /**
   * What the SDK's own sampler compares the last eight bytes of a trace id with, so that services
   * of the same ratio come to the same decision.
   */
  private static long bound(double ratio) {
    return ratio <= 0 ? NONE : ratio >= 1 ? ALL : (long) (ratio * Long.MAX_VALUE);
  }

  /**
   * The decision for a span.
   *
   * @param parent perhaps invalid: then it begins a trace
   * @param traceLow the last eight bytes of its trace's id
   */
  boolean samples(TraceIds parent, long traceLow) {
    Rule now = rule;
    return now.followsParent && parent.isValid() ? parent.isSampled() : decides(now, traceLow);
  }

  /** The decision for a trace that nobody has decided on. */
  boolean samples(long traceLow) {
    return decides(rule, traceLow);
  }

  private static boolean decides(Rule rule, long traceLow) {
    return rule.below == ALL || Math.abs(traceLow) < rule.below;
  }
}
