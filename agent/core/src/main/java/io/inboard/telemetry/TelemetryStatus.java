// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

/**
 * What telemetry did so far, for {@code status}.
 *
 * @param tracesTarget where spans go; empty if they are not exported
 * @param metricsTarget where metrics go; empty if they are not exported
 * @param spansExported spans that the collector took
 * @param spansDropped spans that found the queue full or could not be delivered
 * @param spansQueued spans that wait now
 * @param metricExports metrics (not points) that the collector took, over all exports
 * @param exportFailures exports of either signal that failed
 * @param lastError what the last failure of either signal was; empty if there was none
 */
public record TelemetryStatus(
    String tracesTarget,
    String metricsTarget,
    long spansExported,
    long spansDropped,
    int spansQueued,
    long metricExports,
    long exportFailures,
    String lastError) {}
