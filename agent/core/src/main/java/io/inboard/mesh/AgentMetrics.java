// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.AgentLoop;
import io.inboard.settings.source.SettingsStatus;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.function.Supplier;

/** Metrics of the agent itself: counters that only move when something in it is wrong. */
public final class AgentMetrics {
  /** Of a closed set: our threads' names. */
  private static final AttributeKey<String> THREAD = AttributeKey.stringKey("inboard.thread");

  private AgentMetrics() {}

  public static void register(Meter meter, Supplier<SettingsStatus> settings) {
    meter
        .counterBuilder("inboard.agent.errors")
        .setUnit("{error}")
        .setDescription("Errors that a thread of the agent caught; it went on.")
        .buildWithCallback(
            to ->
                AgentLoop.reports()
                    .forEach(
                        loop -> to.record(loop.failures(), Attributes.of(THREAD, loop.name()))));
    meter
        .counterBuilder("inboard.settings.failures")
        .setUnit("{reading}")
        .setDescription("Readings of the settings that failed; the same bad content counts once.")
        .buildWithCallback(to -> to.record(settings.get().failures()));
  }
}
