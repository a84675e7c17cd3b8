// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundRequest;
import io.inboard.call.OutboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Otlp;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Sampler;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Requests, settings and a collector in memory, as tests need them. */
final class Given {
  static final ServiceSettings SERVICE =
      new ServiceSettings("orders", "shop", "1.4", "eu-1a", Map.of("team", "blue"));

  private Given() {}

  /** Whose telemetry is asked first builds the SDK. */
  static void firstCall(Telemetry telemetry) {
    telemetry.client(Out.get());
  }

  static Target target(Protocol protocol, String endpoint) {
    return new Target(protocol, endpoint, Map.of(), "", 10_000);
  }

  static TelemetrySettings settings(String... propagators) {
    return new TelemetrySettings(
        Exporter.OTLP,
        Exporter.OTLP,
        Sampler.PARENTBASED_TRACEIDRATIO,
        1.0,
        propagators.length == 0 ? List.of("tracecontext", "baggage") : List.of(propagators),
        List.of("/health", "/actuator/**"),
        new Otlp(
            target(Protocol.HTTP_PROTOBUF, "http://127.0.0.1:1/v1/traces"),
            target(Protocol.HTTP_PROTOBUF, "http://127.0.0.1:1/v1/metrics")));
  }

  static TelemetrySettings with(TelemetrySettings s, Exporter traces, Exporter metrics) {
    return new TelemetrySettings(
        traces, metrics, s.sampler(), s.ratio(), s.propagators(), s.exclude(), s.otlp());
  }

  static TelemetrySettings with(TelemetrySettings s, Sampler sampler, double ratio) {
    return new TelemetrySettings(
        s.traces(), s.metrics(), sampler, ratio, s.propagators(), s.exclude(), s.otlp());
  }

  static TelemetrySettings with(TelemetrySettings s, Target traces, Target metrics) {
    return new TelemetrySettings(
        s.traces(),
        s.metrics(),
        s.sampler(),
        s.ratio(),
        s.propagators(),
        s.exclude(),
        new Otlp(traces, metrics));
  }

  /** Collects what is exported. */
  static final class Collector {
    final List<SpanData> spans = new CopyOnWriteArrayList<>();
    final List<MetricData> metrics = new CopyOnWriteArrayList<>();
    final Telemetry telemetry;

    Collector(TelemetrySettings settings) {
      this(SERVICE, settings);
    }

    Collector(ServiceSettings service, TelemetrySettings settings) {
      this.telemetry =
          new Telemetry(
              service, settings, Timing.DEFAULTS, target -> into(spans), target -> into(metrics));
    }

    private static <D> Lane.Exporter<D> into(List<D> list) {
      return new Lane.Exporter<>() {
        @Override
        public CompletableResultCode export(Collection<D> batch) {
          list.addAll(batch);
          return CompletableResultCode.ofSuccess();
        }

        @Override
        public void close() {}
      };
    }

    /** Flushes and gives the spans, in the order of their ends. */
    List<SpanData> spans() {
      telemetry.close(Duration.ofSeconds(10));
      return spans;
    }
  }

  /** An application's request. */
  record Out(String method, String scheme, String host, int port, String target, List<String> set)
      implements OutboundRequest {
    static Out get(String... nameAndValue) {
      return new Out("GET", "http", "payments", 8080, "/pay?id=1", List.of(nameAndValue));
    }

    @Override
    public String library() {
      return "test";
    }

    @Override
    public List<String> headers(String name) {
      return values(set, name);
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }

  /** A request that arrived. */
  record In(String method, String path, String query, Optional<PeerIdentity> peer, List<String> set)
      implements InboundRequest {
    static In get(String path, String... nameAndValue) {
      return new In("GET", path, "", Optional.empty(), List.of(nameAndValue));
    }

    @Override
    public String library() {
      return "test";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String protocolVersion() {
      return "1.1";
    }

    @Override
    public InetSocketAddress local() {
      return new InetSocketAddress("127.0.0.1", 8081);
    }

    @Override
    public InetSocketAddress remote() {
      return new InetSocketAddress("127.0.0.2", 40_000);
    }

    @Override
    public List<String> headers(String name) {
      return values(set, name);
    }
  }

  private static List<String> values(List<String> set, String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < set.size(); i += 2) {
      if (set.get(i).equalsIgnoreCase(name)) {
        values.add(set.get(i + 1));
      }
    }
    return values;
  }

  /** Headers as they would go on the wire. */
  static final class Wire implements HeaderSink {
    final Map<String, String> headers = new TreeMap<>();

    /** In lower case, whether it was there or not. */
    final List<String> removed = new ArrayList<>();

    @Override
    public void set(String name, String value) {
      headers.put(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void remove(String name) {
      removed.add(name.toLowerCase(Locale.ROOT));
      headers.remove(name.toLowerCase(Locale.ROOT));
    }
  }
}
