// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * The OpenTelemetry SDK, built in code. Its classes hold java.util.logging loggers, so it is built
 * at the first request, never before main. Immutable but for what its parts guard themselves.
 */
final class Sdk {
  private static final String SCOPE = "io.inboard";

  private final LiveSampler sampler;
  private final LongPredicate decision;
  private final SpanQueue queue;
  private final SpanStarter spans;
  private final Meter meter;
  private final Optional<DurationMetrics> durations;
  private final PeriodicMetricReader reader;
  private final ScheduledExecutorService metricThread;
  private final Lane<SpanData> spanLane;
  private final Lane<MetricData> metricLane;

  Sdk(
      ServiceSettings service,
      TelemetrySettings settings,
      Timing timing,
      Lane<SpanData> spanLane,
      Lane<MetricData> metricLane) {
    Quiet.loggers();
    Resource resource = Resources.of(service);
    this.sampler = new LiveSampler(settings);
    this.decision = sampler::samples;
    this.queue = new SpanQueue(timing, spanLane);
    this.spans =
        new SpanStarter(
            new ActiveSpan.Origin(
                resource, InstrumentationScopeInfo.create(SCOPE), Clock.getDefault(), queue),
            sampler);
    this.spanLane = spanLane;
    this.metricLane = metricLane;
    this.metricThread =
        new ScheduledThreadPoolExecutor(1, AgentThreads.factory("inboard-metrics")) {
          /** An executor forgets a periodic task that throws; this one goes on. */
          @Override
          public ScheduledFuture<?> scheduleAtFixedRate(
              Runnable task, long first, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(
                () -> AgentLoop.named("inboard-metrics").turn(task::run), first, period, unit);
          }
        };
    this.reader =
        PeriodicMetricReader.builder(new ToLane(metricLane))
            .setInterval(Duration.ofMillis(timing.metricIntervalMillis()))
            .setExecutor(metricThread)
            .build();
    SdkMeterProvider meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(new SurvivingReader(reader, AgentLoop.named("inboard-metrics")))
            .build();
    this.meter = meters.get(SCOPE);
    this.durations = Optional.of(new DurationMetrics(meter));
    queue.start();
  }

  SpanStarter spans() {
    return spans;
  }

  /** Never empty; made once, as is what stands for "not measured". */
  Optional<DurationMetrics> durations() {
    return durations;
  }

  Meter meter() {
    return meter;
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

  /** Exports what there is, both signals at once, each on its own thread. */
  CompletableResultCode flush() {
    CompletableResultCode metrics = new CompletableResultCode();
    try {
      // On its own thread: the first export opens the exporter, which takes a while.
      metricThread.execute(
          () -> {
            CompletableResultCode flushed = reader.forceFlush();
            flushed.whenComplete(
                () -> {
                  if (flushed.isSuccess()) {
                    metrics.succeed();
                  } else {
                    metrics.fail();
                  }
                });
          });
    } catch (RejectedExecutionException e) {
      metrics.fail();
    }
    return CompletableResultCode.ofAll(List.of(queue.forceFlush(), metrics));
  }

  /** Ends the threads without waiting for them. The provider's own shutdown would wait seconds. */
  void stop() {
    spanLane.apply(Optional.empty());
    metricLane.apply(Optional.empty());
    queue.shutdown();
    try {
      metricThread.execute(metricLane::close);
    } catch (RejectedExecutionException e) {
      return; // stopped before
    }
    metricThread.shutdown();
  }

  /** What the reader exports to: cumulative, as OTLP's default is. */
  private record ToLane(Lane<MetricData> lane) implements MetricExporter {
    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      return lane.export(metrics);
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrument) {
      return AggregationTemporality.CUMULATIVE;
    }
  }
}
