// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What measures is made when metrics are to go somewhere. */
final class MetricsOnDemandTest {
  private final List<MetricData> exported = new CopyOnWriteArrayList<>();
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void whereMetricsGoNowhereNoInstrumentIsMadeUntilSettingsChange() {
    TelemetrySettings on = Given.settings();
    Telemetry telemetry = telemetry(Given.with(on, Exporter.OTLP, Exporter.NONE));
    telemetry.observe(
        meter -> {
          made.incrementAndGet();
          meter.counterBuilder("before").buildWithCallback(to -> to.record(1));
        });
    Given.firstCall(telemetry);
    assertThat(made).hasValue(0);

    telemetry.apply(on);
    Given.firstCall(telemetry);
    Given.firstCall(telemetry);
    telemetry.observe(meter -> meter.counterBuilder("after").buildWithCallback(to -> to.record(1)));
    telemetry.close(Duration.ofSeconds(10));

    assertThat(made).hasValue(1);
    assertThat(exported).extracting(MetricData::getName).contains("before", "after");
  }

  @Test
  void itEndsAlsoWithoutEverHavingMeasured() {
    Telemetry telemetry = telemetry(Given.with(Given.settings(), Exporter.OTLP, Exporter.NONE));
    Given.firstCall(telemetry);
    telemetry.close(Duration.ofSeconds(10));
    assertThat(exported).isEmpty();
  }

  private Telemetry telemetry(TelemetrySettings settings) {
    return new Telemetry(
        Given.SERVICE, settings, Timing.DEFAULTS, to -> exporter(null), to -> exporter(exported));
  }

  private static <D> Lane.Exporter<D> exporter(Collection<D> into) {
    return new Lane.Exporter<>() {
      @Override
      public CompletableResultCode export(Collection<D> batch) {
        if (into != null) {
          into.addAll(batch);
        }
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public void close() {}
    };
  }
}
