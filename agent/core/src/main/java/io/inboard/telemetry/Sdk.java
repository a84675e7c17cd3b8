// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * The part of the OpenTelemetry SDK that traces, built in code; {@link MeterSdk} is the other one.
 * Its classes hold java.util.logging loggers, so it is built at the first request, never before
 * main. Immutable but for what its parts guard themselves.
 */
final class Sdk {
  static final String SCOPE = "io.inboard";

  private final Resource resource;
  private final LiveSampler sampler;
  private final LongPredicate decision;
  private final SpanQueue queue;
  private final SpanStarter spans;
  private final Lane<SpanData> lane;

  Sdk(ServiceSettings service, TelemetrySettings settings, Timing timing, Lane<SpanData> lane) {
    Quiet.loggers();
    this.resource = Resources.of(service);
    this.sampler = new LiveSampler(settings);
    this.decision = sampler::samples;
    this.queue = new SpanQueue(timing, lane);
    this.spans =
        new SpanStarter(
            new ActiveSpan.Origin(
                resource, InstrumentationScopeInfo.create(SCOPE), Clock.getDefault(), queue),
            sampler);
    this.lane = lane;
    queue.start();
  }

  /** What this service is, the same for both signals. */
  Resource resource() {
    return resource;
  }

  SpanStarter spans() {
    return spans;
  }

  /** Whether a trace without a decision is sampled, by the last eight bytes of its id. */
  LongPredicate decision() {
    return decision;
  }

  LiveSampler sampler() {
    return sampler;
  }

  SpanQueue queue() {
    return queue;
  }

  /** Exports what there is, on its own thread. */
  CompletableResultCode flush() {
    return queue.forceFlush();
  }

  /** Ends the thread without waiting for it. */
  void stop() {
    lane.apply(Optional.empty());
    queue.shutdown();
  }
}
