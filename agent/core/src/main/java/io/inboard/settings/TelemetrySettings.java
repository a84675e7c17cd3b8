// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.call.Printable;
import java.util.List;
import java.util.Map;

/**
 * What is observed and where it goes.
 *
 * @param traces whether spans are exported
 * @param metrics whether metrics are exported
 * @param sampler the sampler's name as OTEL_TRACES_SAMPLER has it
 * @param ratio the ratio of a ratio sampler, 0 to 1
 * @param propagators in order, of: tracecontext, baggage, b3, b3multi
 * @param exclude inbound paths without a span: exact, or with {@code *} for one segment and {@code
 *     **} for any rest
 * @param otlp where to export to
 */
public record TelemetrySettings(
    Exporter traces,
    Exporter metrics,
    Sampler sampler,
    double ratio,
    List<String> propagators,
    List<String> exclude,
    Otlp otlp) {
  public TelemetrySettings {
    propagators = List.copyOf(propagators);
    exclude = List.copyOf(exclude);
  }

  /** Where a signal goes. */
  public enum Exporter {
    OTLP,
    NONE
  }

  /** Samplers of the OpenTelemetry specification. */
  public enum Sampler {
    ALWAYS_ON,
    ALWAYS_OFF,
    TRACEIDRATIO,
    PARENTBASED_ALWAYS_ON,
    PARENTBASED_ALWAYS_OFF,
    PARENTBASED_TRACEIDRATIO
  }

  /**
   * The collector, as OTEL_EXPORTER_OTLP_* say it; traces and metrics may differ.
   *
   * @param traces for spans
   * @param metrics for metrics
   */
  public record Otlp(Target traces, Target metrics) {}

  /**
   * Where one signal goes.
   *
   * @param protocol of the two that are supported
   * @param endpoint the full URL ({@code http://localhost:4318/v1/traces}; for gRPC without path)
   * @param headers sent with every export; values may be secrets and are never logged
   * @param certificate path of PEM certificates to trust; empty: the JVM's
   * @param timeoutMillis of one export, more than 0
   */
  public record Target(
      Protocol protocol,
      String endpoint,
      Map<String, String> headers,
      String certificate,
      long timeoutMillis) {
    public Target {
      headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
      return protocol + " " + Printable.url(endpoint);
    }
  }

  /** OTLP transports. */
  public enum Protocol {
    HTTP_PROTOBUF,
    GRPC
  }
}
