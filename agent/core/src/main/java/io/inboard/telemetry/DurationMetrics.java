// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * {@code http.server.request.duration} and {@code http.client.request.duration}, in seconds. Safe
 * for use by any thread; takes no lock of its own.
 */
final class DurationMetrics {
  private static final List<Double> BUCKETS =
      List.of(.005, .01, .025, .05, .075, .1, .25, .5, .75, 1.0, 2.5, 5.0, 7.5, 10.0);

  /**
   * As many attribute sets as the SDK keeps series; later ones are not cached but built each time.
   */
  private static final int MAX_CACHED = 2000;

  private final MetricValues values = new MetricValues();
  private final DoubleHistogram server;
  private final DoubleHistogram client;
  private final ConcurrentHashMap<Object, RecentSeries.Entry> cache = new ConcurrentHashMap<>();
  private final RecentSeries recent = new RecentSeries();
  private final Meter meter;

  /** Null before the first call of gRPC. Written by any thread: the same ones each time. */
  private volatile RpcDurations ofGrpc;

  DurationMetrics(Meter meter) {
    this.meter = meter;
    this.server =
        histogram(meter, "http.server.request.duration", "Duration of HTTP server requests.");
    this.client =
        histogram(meter, "http.client.request.duration", "Duration of HTTP client requests.");
  }

  /** What calls of gRPC are measured by, in place of these. */
  RpcDurations ofGrpc() {
    RpcDurations known = ofGrpc;
    if (known == null) {
      known = new RpcDurations(meter);
      ofGrpc = known;
    }
    return known;
  }

  private static DoubleHistogram histogram(Meter meter, String name, String description) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(BUCKETS)
        .build();
  }

  /** What one series of the server's histogram has in common; empty strings are left out. */
  record ServerSeries(
      String method, String scheme, String route, int status, String errorType, String version) {
    ServerSeries {
      scheme = MetricValues.scheme(scheme);
      version = MetricValues.version(version);
    }

    ServerSeries within(MetricValues values) {
      return new ServerSeries(
          method,
          scheme,
          values.route(route),
          MetricValues.status(status),
          values.error(errorType, status),
          version);
    }

    RecentSeries.Entry entry() {
      return new RecentSeries.Entry(
          attributes(), method, scheme, route, RecentSeries.SERVER, status, errorType, version);
    }

    private Attributes attributes() {
      AttributesBuilder attributes = Attributes.builder();
      attributes.put(Keys.METHOD, method);
      attributes.put(Keys.URL_SCHEME, scheme);
      putOutcome(attributes, status, errorType, version);
      if (!route.isEmpty()) {
        attributes.put(Keys.ROUTE, route);
      }
      return attributes.build();
    }
  }

  /** What one series of the client's histogram has in common; empty strings are left out. */
  record ClientSeries(
      String method, String host, int port, int status, String errorType, String version) {
    ClientSeries {
      version = MetricValues.version(version);
    }

    ClientSeries within(MetricValues values) {
      String known = values.host(host, port);
      return new ClientSeries(
          method,
          known,
          known.equals(Keys.OTHER) ? 0 : port,
          MetricValues.status(status),
          values.error(errorType, status),
          version);
    }

    RecentSeries.Entry entry() {
      return new RecentSeries.Entry(
          attributes(), method, host, "", port, status, errorType, version);
    }

    private Attributes attributes() {
      AttributesBuilder attributes = Attributes.builder();
      attributes.put(Keys.METHOD, method);
      attributes.put(Keys.SERVER_ADDRESS, host);
      if (port > 0) {
        attributes.put(Keys.SERVER_PORT, (long) port);
      }
      putOutcome(attributes, status, errorType, version);
      return attributes.build();
    }
  }

  private static void putOutcome(
      AttributesBuilder attributes, int status, String errorType, String version) {
    if (status > 0) {
      attributes.put(Keys.STATUS, (long) status);
    }
    if (!errorType.isEmpty()) {
      attributes.put(Keys.ERROR_TYPE, errorType);
    }
    if (!version.isEmpty()) {
      attributes.put(Keys.PROTOCOL_VERSION, version);
    }
  }

  /**
   * Records how long a request took that arrived. Texts may be empty, and are as they came.
   *
   * @param status 0: no response went out
   */
  void server(
      String method,
      String scheme,
      String route,
      int status,
      String errorType,
      String version,
      long nanos,
      ActiveSpan span) {
    RecentSeries.Entry entry =
        recent.find(method, scheme, route, RecentSeries.SERVER, status, errorType, version);
    if (entry == null) {
      ServerSeries series = new ServerSeries(method, scheme, route, status, errorType, version);
      entry = cache.get(series);
      if (entry == null) {
        ServerSeries within = series.within(values);
        entry = cached(within, within::entry);
      } else {
        recent.keep(entry);
      }
    }
    server.record(seconds(nanos), entry.attributes(), SpanOnly.of(span));
  }

  /**
   * Records how long an attempt took. Texts may be empty, and are as they came.
   *
   * @param status 0: no response head arrived
   */
  void client(
      String method,
      String host,
      int port,
      int status,
      String errorType,
      String version,
      long nanos,
      ActiveSpan span) {
    RecentSeries.Entry entry = recent.find(method, host, "", port, status, errorType, version);
    if (entry == null) {
      ClientSeries series = new ClientSeries(method, host, port, status, errorType, version);
      entry = cache.get(series);
      if (entry == null) {
        ClientSeries within = series.within(values);
        entry = cached(within, within::entry);
      } else {
        recent.keep(entry);
      }
    }
    client.record(seconds(nanos), entry.attributes(), SpanOnly.of(span));
  }

  /**
   * Kept only of series whose values were held to their sets, so that hostile values cannot fill
   * the memory.
   */
  private RecentSeries.Entry cached(Object series, Supplier<RecentSeries.Entry> build) {
    RecentSeries.Entry known = cache.get(series);
    if (known != null) {
      return known;
    }
    RecentSeries.Entry built = build.get();
    if (cache.size() < MAX_CACHED) {
      cache.put(series, built);
    }
    return built;
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
