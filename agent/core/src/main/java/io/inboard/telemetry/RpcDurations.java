// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.GrpcStatus;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code rpc.server.duration} and {@code rpc.client.duration}, in milliseconds, by the conventions
 * that OpenTelemetry's agent has for gRPC. Safe for use by any thread; takes no lock of its own.
 */
final class RpcDurations {
  private static final List<Double> BUCKETS =
      List.of(5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1e3, 2.5e3, 5e3, 7.5e3, 1e4);

  /** As many as the SDK keeps series; later ones are built each time. */
  private static final int MAX_CACHED = 2000;

  private final MetricValues values = new MetricValues();
  private final DoubleHistogram server;
  private final DoubleHistogram client;
  private final ConcurrentHashMap<Series, Attributes> cache = new ConcurrentHashMap<>();

  RpcDurations(Meter meter) {
    this.server = histogram(meter, "rpc.server.duration", "Duration of gRPC calls that arrived.");
    this.client = histogram(meter, "rpc.client.duration", "Duration of attempts of gRPC calls.");
  }

  private static DoubleHistogram histogram(Meter meter, String name, String description) {
    return meter
        .histogramBuilder(name)
        .setUnit("ms")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(BUCKETS)
        .build();
  }

  /**
   * What one series has in common.
   *
   * @param code {@link GrpcStatus#NONE}: left out
   * @param host empty, with the port: left out
   */
  private record Series(String service, String method, int code, String host, int port) {
    Attributes attributes() {
      AttributesBuilder attributes = Attributes.builder();
      attributes.put(Keys.RPC_SYSTEM, Rpc.SYSTEM);
      if (!service.isEmpty()) {
        attributes.put(Keys.RPC_SERVICE, service);
      }
      attributes.put(Keys.RPC_METHOD, method);
      if (code != GrpcStatus.NONE) {
        attributes.put(Keys.RPC_STATUS, (long) code);
      }
      if (!host.isEmpty()) {
        attributes.put(Keys.SERVER_ADDRESS, host);
        if (port > 0) {
          attributes.put(Keys.SERVER_PORT, (long) port);
        }
      }
      return attributes.build();
    }
  }

  /** Records how long a call took that arrived. */
  void server(Rpc rpc, int code, ActiveSpan span) {
    // What nobody implements is whatever a stranger has asked for.
    boolean known = code != GrpcStatus.UNIMPLEMENTED && code != GrpcStatus.NONE;
    record(server, series(known ? rpc : null, code, "", 0), span);
  }

  /** Records how long an attempt took. */
  void client(Rpc rpc, int code, String host, int port, ActiveSpan span) {
    String known = values.host(host, port);
    record(client, series(rpc, code, known, known.equals(Keys.OTHER) ? 0 : port), span);
  }

  /**
   * @param rpc null: unknown
   */
  private Series series(Rpc rpc, int code, String host, int port) {
    boolean known = rpc != null && !values.route(rpc.name()).equals(Keys.OTHER);
    return known
        ? new Series(rpc.service(), rpc.method(), code, host, port)
        : new Series("", Keys.OTHER, code, host, port);
  }

  private void record(DoubleHistogram histogram, Series series, ActiveSpan span) {
    Attributes attributes = cache.get(series);
    if (attributes == null) {
      attributes = series.attributes();
      if (cache.size() < MAX_CACHED) {
        cache.put(series, attributes);
      }
    }
    histogram.record(span.elapsedNanos() / 1e6, attributes, SpanOnly.of(span));
  }
}
