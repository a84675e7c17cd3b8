// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RecentSeriesTest {
  private static final Attributes SOME = Attributes.of(Keys.METHOD, "GET");

  private final RecentSeries recent = new RecentSeries();

  @Test
  void aSeriesIsFoundByAllOfItsValuesAndByNoOthers() {
    recent.keep(
        new RecentSeries.Entry(SOME, "GET", "payments", "/orders", 8080, 500, "500", "1.1"));
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

  /** Of so many others some fall on its place. */
  @Test
  void aSeriesIsNotTakenForAnotherOnItsPlace() {
    recent.keep(
        new RecentSeries.Entry(SOME, "GET", "payments", "/orders", 8080, 500, "500", "1.1"));
    for (int i = 0; i < 2_000; i++) {
      assertThat(find("GET" + i, "payments", "/orders", 8080, 500, "500", "1.1")).isNull();
      assertThat(find("GET", "payments" + i, "/orders", 8080, 500, "500", "1.1")).isNull();
      assertThat(find("GET", "payments", "/orders" + i, 8080, 500, "500", "1.1")).isNull();
      assertThat(find("GET", "payments", "/orders", 8081 + i, 500, "500", "1.1")).isNull();
      assertThat(find("GET", "payments", "/orders", 8080, 501 + i, "500", "1.1")).isNull();
    }
  }

  /** A service has a few of these, which are not to drive each other out. */
  @Test
  void seriesThatDifferInOneValueHavePlacesOfTheirOwn() {
    List<RecentSeries.Entry> kept = new ArrayList<>();
    for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
      kept.add(new RecentSeries.Entry(SOME, method, "payments", "/orders", 8080, 200, "", "1.1"));
    }
    for (String host : List.of("invoices", "shipping", "10.0.0.5", "10.0.0.6")) {
      kept.add(new RecentSeries.Entry(SOME, "GET", host, "/orders", 8080, 200, "", "1.1"));
    }
    for (String route : List.of("", "/orders/{id}", "/customers", "/customers/{id}")) {
      kept.add(new RecentSeries.Entry(SOME, "GET", "payments", route, 8080, 200, "", "1.1"));
    }
    for (int port : new int[] {RecentSeries.SERVER, 80, 8081, 8443}) {
      kept.add(new RecentSeries.Entry(SOME, "GET", "payments", "/orders", port, 200, "", "1.1"));
    }
    for (int status : new int[] {0, 201, 404, 503}) {
      kept.add(new RecentSeries.Entry(SOME, "GET", "payments", "/orders", 8080, status, "", "1.1"));
    }
    kept.forEach(recent::keep);
    assertThat(kept)
        .filteredOn(
            e -> recent.find(e.method(), e.host(), e.route(), e.port(), e.status(), "", "1.1") == e)
        .hasSizeGreaterThanOrEqualTo(kept.size() - 2);
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
    RecentSeries.Entry found = recent.find(method, host, route, port, status, errorType, version);
    return found == null ? null : found.attributes();
  }
}
