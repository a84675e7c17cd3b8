// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.TelemetrySettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services of one ratio, this agent's or the SDK's, decide the same of a trace. */
class LiveSamplerTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, 0.1, 0.25, 0.5, 0.999, 1})
  void decidesAsTheSdkDoes(double ratio) {
    LiveSampler ours =
        new LiveSampler(
            Given.with(Given.settings(), TelemetrySettings.Sampler.TRACEIDRATIO, ratio));
    Sampler theirs = Sampler.traceIdRatioBased(ratio);
    Random random = new Random(7);
    long edge = (long) (ratio * Long.MAX_VALUE);
    for (int i = 0; i < 2_000; i++) {
      // Of all traces the SDK leaves out one: that with the highest number.
      long low =
          ratio < 1 && i < 20
              ? edge - 10 + i
              : ratio < 1 && i < 40 ? -edge - 10 + i : random.nextLong();
      TraceIds ids = new TraceIds(1, low, 1, 0, false, TraceState.getDefault());
      boolean theirDecision =
          theirs
                  .shouldSample(
                      Context.root(),
                      ids.getTraceId(),
                      "",
                      SpanKind.INTERNAL,
                      Attributes.empty(),
                      List.of())
                  .getDecision()
              == SamplingDecision.RECORD_AND_SAMPLE;
      assertThat(ours.samples(low)).as("trace id %x", low).isEqualTo(theirDecision);
      assertThat(ours.samples(TraceIds.NONE, low)).isEqualTo(theirDecision);
    }
  }
}
