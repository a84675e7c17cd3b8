// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.settings.TelemetrySettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;

/** The sampler that settings name at the moment; a change counts for the next span. */
final class LiveSampler {
  /**
   * @param followsParent whether the parent's decision holds where there is a parent
   * @param root decides by trace id
   */
  private record Rule(boolean followsParent, Sampler root) {}

  private volatile Rule rule;

  LiveSampler(TelemetrySettings settings) {
    this.rule = of(settings);
  }

  void apply(TelemetrySettings settings) {
    rule = of(settings);
  }

  private static Rule of(TelemetrySettings settings) {
    return switch (settings.sampler()) {
      case ALWAYS_ON -> new Rule(false, Sampler.alwaysOn());
      case ALWAYS_OFF -> new Rule(false, Sampler.alwaysOff());
      case TRACEIDRATIO -> new Rule(false, Sampler.traceIdRatioBased(settings.ratio()));
      case PARENTBASED_ALWAYS_ON -> new Rule(true, Sampler.alwaysOn());
      case PARENTBASED_ALWAYS_OFF -> new Rule(true, Sampler.alwaysOff());
      case PARENTBASED_TRACEIDRATIO -> new Rule(true, Sampler.traceIdRatioBased(settings.ratio()));
    };
  }

  /**
   * The decision for a span.
   *
   * @param parent perhaps invalid: then it begins a trace
   */
  boolean samples(SpanContext parent, String traceId) {
    Rule now = rule;
    if (now.followsParent && parent.isValid()) {
      return parent.isSampled();
    }
    return now.root
            .shouldSample(
                Context.root(), traceId, "", SpanKind.INTERNAL, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }
}
