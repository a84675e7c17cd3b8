// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever is sent to a service, or answered by one that it calls, makes few series. */
final class MetricValuesTest {
  private static final int MANY = 5000;

  private final Given.Collector collector = new Given.Collector(Given.settings());

  @Test
  void whatACallerSaysOfItsProtocolMakesNoSeries() {
    for (int i = 0; i < MANY; i++) {
      serve(new Hostile("GET", "http", "9." + i), "/orders", 200);
      serve(new Hostile("GET", "scheme" + i, "2"), "/orders", 200);
      serve(new Hostile("GET" + i, "HTTP", "1.1"), "/orders", 200);
      serve(new Hostile("GET", "https", "1.1"), "/orders", 600 + i);
    }
    serve(new Hostile("GET", "http", "1.1"), "/orders", 200);

    List<HistogramPointData> points = points("http.server.request.duration");
    assertThat(points).hasSize(5);
    assertThat(values(points, Keys.PROTOCOL_VERSION))
        .containsExactlyInAnyOrder("1.1", "2", "_OTHER");
    assertThat(values(points, Keys.URL_SCHEME))
        .containsExactlyInAnyOrder("http", "https", "_OTHER");
    assertThat(values(points, Keys.METHOD)).containsExactlyInAnyOrder("GET", "_OTHER");
    assertThat(values(points, Keys.ERROR_TYPE)).containsExactly("_OTHER");
    assertThat(points.stream().mapToLong(HistogramPointData::getCount).sum())
        .isEqualTo(4L * MANY + 1);
  }

  @Test
  void routesThatAreNoneEndInOneSeriesAndEarlierOnesStayTheirOwn() {
    serve(new Hostile("GET", "http", "1.1"), "/orders/{id}", 200);
    for (int i = 0; i < MANY; i++) {
      serve(new Hostile("GET", "http", "1.1"), "/orders/" + i, 200);
    }
    serve(new Hostile("GET", "http", "1.1"), "/orders/{id}", 200);

    List<HistogramPointData> points = points("http.server.request.duration");
    assertThat(points).hasSize(MetricValues.MOST_ROUTES + 1);
    assertThat(count(points, "/orders/{id}")).isEqualTo(2);
    assertThat(count(points, "_OTHER")).isEqualTo(MANY - MetricValues.MOST_ROUTES + 1);
  }

  @Test
  void hostsAndStatusesOfCallsAreBoundedToo() {
    call("payments", 8080, 200);
    for (int i = 0; i < MANY; i++) {
      call("host" + i, 80, 200);
      call("payments", 8080, 1000 + i);
    }
    call("payments", 8080, 200);

    List<HistogramPointData> points = points("http.client.request.duration");
    assertThat(points).hasSize(MetricValues.MOST_HOSTS + 2);
    List<HistogramPointData> others =
        points.stream()
            .filter(p -> "_OTHER".equals(p.getAttributes().get(Keys.SERVER_ADDRESS)))
            .toList();
    assertThat(others).hasSize(1);
    assertThat(others.get(0).getAttributes().get(Keys.SERVER_PORT)).isNull();
  }

  @Test
  void errorsAreTheFirstHundredClasses() {
    MetricValues values = new MetricValues();
    Set<String> seen =
        IntStream.range(0, MANY)
            .mapToObj(i -> values.error("shop.Error" + i, 200))
            .collect(Collectors.toSet());
    assertThat(seen).hasSize(MetricValues.MOST_ERRORS + 1).contains("_OTHER", "shop.Error0");
    assertThat(values.error("503", 503)).isEqualTo("503");
    assertThat(values.error("", 200)).isEmpty();
  }

  private void serve(InboundRequest request, String route, int status) {
    ServerTrace trace = collector.telemetry.server(request, CallerTerms.NONE);
    trace.route(route);
    trace.end(status, null);
  }

  private void call(String host, int port, int status) {
    collector
        .telemetry
        .client(new Given.Out("GET", "http", host, port, "/", List.of()))
        .attempt(1, Optional.empty(), 0)
        .protocolVersion("1.1")
        .end(status, null);
  }

  private List<HistogramPointData> points(String metric) {
    collector.spans();
    return collector.metrics.stream()
        .filter(m -> m.getName().equals(metric))
        .map(MetricData::getHistogramData)
        .flatMap(h -> h.getPoints().stream())
        .toList();
  }

  private static Set<String> values(List<HistogramPointData> points, AttributeKey<String> key) {
    return points.stream()
        .map(p -> p.getAttributes().get(key))
        .filter(v -> v != null)
        .collect(Collectors.toSet());
  }

  private static long count(List<HistogramPointData> points, String route) {
    return points.stream()
        .filter(p -> route.equals(p.getAttributes().get(Keys.ROUTE)))
        .mapToLong(HistogramPointData::getCount)
        .sum();
  }

  /** A request whose caller chose the words. */
  private record Hostile(String method, String scheme, String protocolVersion)
      implements InboundRequest {
    @Override
    public String library() {
      return "test";
    }

    @Override
    public String path() {
      return "/";
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
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Optional<PeerIdentity> peer() {
      return Optional.empty();
    }
  }
}
