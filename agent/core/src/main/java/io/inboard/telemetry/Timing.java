// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.function.UnaryOperator;

/**
 * How much is kept and how often it is sent, as the OpenTelemetry specification's OTEL_BSP_* and
 * OTEL_METRIC_EXPORT_* variables say it. Not in the settings file: read once, at start.
 *
 * @param spanDelayMillis the longest time that a span waits
 * @param spanQueue how many spans wait at most; further ones are dropped and counted
 * @param spanBatch how many spans one export carries at most
 * @param exportTimeoutMillis how long one export is awaited
 * @param metricIntervalMillis the time between two exports of metrics
 */
record Timing(
    long spanDelayMillis,
    int spanQueue,
    int spanBatch,
    long exportTimeoutMillis,
    long metricIntervalMillis) {
  static final Timing DEFAULTS = new Timing(5_000, 2_048, 512, 30_000, 60_000);

  /** What is missing, not a number, or not positive has the specification's default. */
  static Timing of(UnaryOperator<String> environment) {
    int queue = (int) positive(environment, "OTEL_BSP_MAX_QUEUE_SIZE", DEFAULTS.spanQueue);
    int batch = (int) positive(environment, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", DEFAULTS.spanBatch);
    return new Timing(
        positive(environment, "OTEL_BSP_SCHEDULE_DELAY", DEFAULTS.spanDelayMillis),
        queue,
        Math.min(batch, queue),
        positive(environment, "OTEL_BSP_EXPORT_TIMEOUT", DEFAULTS.exportTimeoutMillis),
        positive(environment, "OTEL_METRIC_EXPORT_INTERVAL", DEFAULTS.metricIntervalMillis));
  }

  private static long positive(UnaryOperator<String> environment, String name, long otherwise) {
    String text = environment.apply(name);
    if (text != null) {
      try {
        long value = Long.parseLong(text.trim());
        return value > 0 && value <= Integer.MAX_VALUE ? value : otherwise;
      } catch (NumberFormatException e) {
        return otherwise;
      }
    }
    return otherwise;
  }
}
