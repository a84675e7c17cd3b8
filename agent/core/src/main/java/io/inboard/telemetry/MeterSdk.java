// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The part of the OpenTelemetry SDK that measures: two thirds of its classes, and a thread. Made
 * when somebody is to get metrics, and after {@link Sdk}; where they go nowhere it is never loaded.
 * Immutable but for what its parts guard themselves.
 */
final class MeterSdk {
  private final Meter meter;
  private final Optional<DurationMetrics> durations;
  private final PeriodicMetricReader reader;
  private final ScheduledExecutorService thread;
  private final Lane<MetricData> lane;

  MeterSdk(Resource resource, Timing timing, Lane<MetricData> lane) {
    this.lane = lane;
    this.thread =
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
        PeriodicMetricReader.builder(new ToLane(lane))
            .setInterval(Duration.ofMillis(timing.metricIntervalMillis()))
            .setExecutor(thread)
            .build();
    SdkMeterProvider meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(new SurvivingReader(reader, AgentLoop.named("inboard-metrics")))
            .build();
    this.meter = meters.get(Sdk.SCOPE);
    this.durations = Optional.of(new DurationMetrics(meter));
  }

  /** Never empty; made once, as is what stands for "not measured". */
  Optional<DurationMetrics> durations() {
    return durations;
  }

  Meter meter() {
    return meter;
  }

  /** Exports what there is, on its own thread: the first export opens the exporter, for a while. */
  CompletableResultCode flush() {
    CompletableResultCode metrics = new CompletableResultCode();
    try {
      thread.execute(
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
    return metrics;
  }

  /** Ends the thread without waiting for it. The provider's own shutdown would wait seconds. */
  void stop() {
    lane.apply(Optional.empty());
    try {
      thread.execute(lane::close);
    } catch (RejectedExecutionException e) {
      return; // stopped before
    }
    thread.shutdown();
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
