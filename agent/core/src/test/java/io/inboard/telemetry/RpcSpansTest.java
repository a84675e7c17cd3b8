// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.GrpcStatus;
import io.inboard.call.InboundRequest;
import io.inboard.call.OutboundRequest;
import io.inboard.call.PeerIdentity;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans and metrics of gRPC as OpenTelemetry's conventions of RPC want them. */
final class RpcSpansTest {
  private final Given.Collector collector = new Given.Collector(Given.settings());

  private ServerTrace server(String path) {
    return collector.telemetry.server(new Arrived(path), CallerTerms.NONE);
  }

  private ClientSpan client() {
    return collector.telemetry.client(new Called()).attempt(1, Optional.of("10.0.0.5"), 8443);
  }

  private SpanData only() {
    assertThat(collector.spans()).hasSize(1);
    return collector.spans.get(0);
  }

  private static Map<String, Object> plain(Attributes attributes) {
    Map<String, Object> plain = new LinkedHashMap<>();
    attributes.forEach((AttributeKey<?> key, Object value) -> plain.put(key.getKey(), value));
    return plain;
  }

  private List<Map<String, Object>> points(String metric) {
    return collector.metrics.stream()
        .filter(m -> m.getName().equals(metric))
        .map(MetricData::getHistogramData)
        .flatMap(h -> h.getPoints().stream())
        .map(point -> plain(point.getAttributes()))
        .toList();
  }

  @Test
  void aServerSpanIsNamedAfterItsMethodAndHasItsStatus() {
    ServerTrace trace = server("/shop.Orders/Place");
    trace.grpcStatus(GrpcStatus.OK);
    trace.end(200, null);
    SpanData span = only();
    assertThat(span.getName()).isEqualTo("shop.Orders/Place");
    assertThat(span.getStatus()).isEqualTo(StatusData.unset());
    assertThat(plain(span.getAttributes()))
        .containsEntry("rpc.system", "grpc")
        .containsEntry("rpc.service", "shop.Orders")
        .containsEntry("rpc.method", "Place")
        .containsEntry("rpc.grpc.status_code", 0L)
        .doesNotContainKeys("http.request.method", "http.response.status_code", "url.path");
    assertThat(points("rpc.server.duration"))
        .containsExactly(
            Map.of(
                "rpc.system", "grpc",
                "rpc.service", "shop.Orders",
                "rpc.method", "Place",
                "rpc.grpc.status_code", 0L));
    assertThat(points("http.server.request.duration")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, true", "4, true", "13, true", "14, true", "5, false", "7, false", "16, false"})
  void aServerHasFailedWhereItsCallerHasMadeNoMistake(int code, boolean failed) {
    ServerTrace trace = server("/shop.Orders/Place");
    trace.grpcStatus(code);
    trace.end(200, null);
    assertThat(only().getStatus().equals(StatusData.error())).isEqualTo(failed);
    assertThat(plain(only().getAttributes()))
        .containsEntry("rpc.grpc.status_code", (long) code)
        .extractingByKey("error.type")
        .isEqualTo(failed ? GrpcStatus.name(code) : null);
  }

  @Test
  void whatNobodyImplementsNamesNoSeries() {
    ServerTrace trace = server("/a.Stranger/Invents");
    trace.grpcStatus(GrpcStatus.UNIMPLEMENTED);
    trace.end(200, null);
    collector.spans();
    assertThat(points("rpc.server.duration"))
        .singleElement()
        .extracting(point -> point.get("rpc.method"), point -> point.get("rpc.service"))
        .containsExactly("_OTHER", null);
  }

  @Test
  void aClientSpanGoesOnUntilItsStatusIsKnown() {
    ClientSpan span = client();
    span.end(200, null);
    assertThat(collector.spans).isEmpty();
    span.grpcStatus(GrpcStatus.UNAVAILABLE);
    span.grpcStatus(GrpcStatus.OK);
    SpanData ended = only();
    assertThat(ended.getName()).isEqualTo("shop.Orders/Place");
    assertThat(ended.getStatus()).isEqualTo(StatusData.error());
    assertThat(plain(ended.getAttributes()))
        .containsEntry("rpc.grpc.status_code", 14L)
        .containsEntry("error.type", "UNAVAILABLE")
        .containsEntry("server.address", "payments")
        .doesNotContainKeys("http.request.method", "url.full");
    assertThat(points("rpc.client.duration"))
        .containsExactly(
            Map.of(
                "rpc.system", "grpc",
                "rpc.service", "shop.Orders",
                "rpc.method", "Place",
                "rpc.grpc.status_code", 14L,
                "server.address", "payments",
                "server.port", 8080L));
  }

  @Test
  void aCallThatGetsNoAnswerHasFailedAsTheApplicationIsTold() {
    ClientSpan span = client();
    span.grpcStatus(GrpcStatus.DEADLINE_EXCEEDED);
    span.end(0, new IOException("gone"));
    assertThat(plain(only().getAttributes()))
        .containsEntry("rpc.grpc.status_code", 4L)
        .containsEntry("error.type", "DEADLINE_EXCEEDED");
    assertThat(only().getEvents()).hasSize(1);
  }

  /** A call that arrived. */
  private record Arrived(String path) implements InboundRequest {
    @Override
    public String library() {
      return "test";
    }

    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String protocolVersion() {
      return "2";
    }

    @Override
    public String query() {
      return "";
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
    public Optional<PeerIdentity> peer() {
      return Optional.empty();
    }

    @Override
    public List<String> headers(String name) {
      return name.equals("content-type") ? List.of("application/grpc+proto") : List.of();
    }
  }

  /** A call of the application. */
  private record Called() implements OutboundRequest {
    @Override
    public String library() {
      return "test";
    }

    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String host() {
      return "payments";
    }

    @Override
    public int port() {
      return 8080;
    }

    @Override
    public String target() {
      return "/shop.Orders/Place";
    }

    @Override
    public boolean isGrpc() {
      return true;
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }
}
