// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final Target TARGET =
      new Target(
          Protocol.HTTP_PROTOBUF, "http://me:hunter2@host/v1?k=hunter2", Map.of(), "", 1_000);

  @Test
  void aMomentWithoutMemoryCostsABatchAndNotTheExport() {
    int[] errors = {1};
    Lane<String> lane =
        new Lane<>(
            "test",
            target ->
                new Lane.Exporter<>() {
                  @Override
                  public CompletableResultCode export(Collection<String> batch) {
                    if (errors[0]-- > 0) {
                      throw new OutOfMemoryError("Java heap space");
                    }
                    return CompletableResultCode.ofSuccess();
                  }

                  @Override
                  public void close() {}
                },
            Optional.of(TARGET));

    assertThat(lane.exportAndWait(List.of("a", "b"), 1_000)).isFalse();
    assertThat(lane.exportAndWait(List.of("c"), 1_000)).isTrue();
    assertThat(lane.lost()).isEqualTo(2);
    assertThat(lane.failures()).isEqualTo(1);
    assertThat(lane.exported()).isEqualTo(1);
  }

  @Test
  void theTargetIsShownWithoutCredentials() {
    Lane<String> lane =
        new Lane<>(
            "test",
            target -> {
              throw new IllegalArgumentException();
            },
            Optional.of(TARGET));

    assertThat(lane.targetName()).isEqualTo("HTTP_PROTOBUF http://***@host/v1?***");
  }

  @Test
  void aMissingCollectorIsNamedInPlainWordsWithWhatToDo() {
    assertThat(Lane.line("traces", TARGET, "ConnectException: Connection refused"))
        .contains("cannot export traces to http://***@host/v1?***: ConnectException")
        .contains("start an OpenTelemetry collector there", "OTEL_EXPORTER_OTLP_ENDPOINT")
        .contains("exporter: none")
        .doesNotContain("hunter2", "HTTP_PROTOBUF");
    assertThat(Lane.line("traces", TARGET, "HTTP 401"))
        .contains("see what the collector's own log says");
  }

  @Test
  void signalsOfOneCollectorAreSaidTogetherAndOtherTroubleApart() {
    String refused = "ConnectException: Connection refused";
    String traces = Lane.kind(at("http://localhost:4318/v1/traces"), refused);
    assertThat(Lane.kind(at("http://localhost:4318/v1/metrics"), "ConnectException: again"))
        .isEqualTo(traces);
    assertThat(Lane.kind(at("http://localhost:4319/v1/traces"), refused)).isNotEqualTo(traces);
    assertThat(Lane.kind(at("http://localhost:4318/v1/traces"), "HTTP 401")).isNotEqualTo(traces);
  }

  private static Target at(String endpoint) {
    return new Target(Protocol.HTTP_PROTOBUF, endpoint, Map.of(), "", 1_000);
  }
}
