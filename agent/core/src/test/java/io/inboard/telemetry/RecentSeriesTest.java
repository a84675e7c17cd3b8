// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RecentSeriesTest {
  private static final Attributes SOME = Attributes.of(Keys.METHOD, "GET");

  private final RecentSeries recent = new RecentSeries();

  @Test
  void aSeriesIsFoundByAllOfItsValuesAndByNoOthers() {
    recent.keep(new RecentSeries.Entry(SOME, "GET", "payments", "/orders", 8080, 500, "500", "1.1"));
    assertThat(find("GET", "payments", "/orders", 8080, 500, "500", "1.1")).isSameAs(SOME);
    assertThat(find("PUT", "payments", "/orders", 8080, 500, "500", "1.1")).isNull();
    assertThat(find("GET", "invoices", "/orders", 8080, 500, "500", "1.1")).isNull();
    assertThat(find("GET", "payments", "/orders/", 8080, 500, "500", "1.1")).isNull();
    assertThat(find("GET", "payments", "/orders", 8081, 500, "500", "1.1")).isNull();
    assertThat(find("GET", "payments", "/orders", 8080, 503, "500", "1.1")).isNull();
    // These two fall on the same place.
    assertThat(find("GET", "payments", "/orders", 8080, 500, "shop.Error", "1.1")).isNull();
    assertThat(find("GET", "payments", "/orders", 8080, 500, "500", "2")).isNull();
  }

  @Test
  void twoOnOnePlaceTakeTurns() {
    Attributes other = Attributes.of(Keys.METHOD, "GET", Keys.PROTOCOL_VERSION, "2");
    recent.keep(new RecentSeries.Entry(SOME, "GET", "payments", "", 8080, 200, "", "1.1"));
    recent.keep(new RecentSeries.Entry(other, "GET", "payments", "", 8080, 200, "", "2"));
    assertThat(find("GET", "payments", "", 8080, 200, "", "2")).isSameAs(other);
    assertThat(find("GET", "payments", "", 8080, 200, "", "1.1")).isNull();
  }

  /** More than are kept, so that many are found there and many are not. */
  @Test
  void everyValueIsCountedInItsOwnSeries() {
    Given.Collector collector = new Given.Collector(Given.settings());
    for (int time = 0; time < 4; time++) {
      for (int route = 0; route < 200; route++) {
        for (int twice = 0; twice < 3; twice++) {
          ServerTrace trace = collector.telemetry.server(Given.In.get("/"), CallerTerms.NONE);
          trace.route("/orders/" + route);
          trace.end(route % 2 == 0 ? 200 : 404, null);
        }
      }
    }
    collector.spans();
    List<HistogramPointData> points =
        collector.metrics.stream()
            .filter(m -> m.getName().equals("http.server.request.duration"))
            .flatMap(m -> m.getHistogramData().getPoints().stream())
            .toList();
    assertThat(points).hasSize(200).allSatisfy(p -> assertThat(p.getCount()).isEqualTo(12));
    assertThat(
            points.stream()
                .filter(p -> p.getAttributes().get(Keys.STATUS) == 404)
                .map(p -> p.getAttributes().get(Keys.ROUTE))
                .collect(Collectors.toSet()))
        .hasSize(100)
        .contains("/orders/1")
        .doesNotContain("/orders/2");
  }

  private Attributes find(
      String method,
      String host,
      String route,
      int port,
      int status,
      String errorType,
      String version) {
    RecentSeries.Entry found =
        recent.find(method, host, route, port, status, errorType, version);
    return found == null ? null : found.attributes();
  }
}
