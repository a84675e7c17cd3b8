// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LoadClient;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * web calls orders, orders calls stock, and stock calls what fails: three JVMs, each of which would
 * try three times; RATIONALE.md, Scenarios T7 and T8.
 */
@Tag("alone")
class ThreeTiersTest {
  private static final String DEADLINE = "x-envoy-expected-rq-timeout-ms";
  private static final String ENFORCED = "deadline: {mode: enforce, trust: any}\n";

  private static FaultyServer last;
  private static Service stock;
  private static Service orders;
  private static LoadClient web;

  @BeforeAll
  static void start() {
    last = new FaultyServer();
    stock =
        Service.plain("stock", Jdks.own())
            .agent(
                Yaml.service("stock")
                    .with(ENFORCED)
                    .destinations(
                        // The budget of one case is not that of the next.
                        String.join(
                            "",
                            Stream.of("warm", "down", "well", "resets", "silent", "late")
                                .map(host -> Cases.entry(host, List.of(last)))
                                .toList())))
            .start();
    orders =
        Service.plain("orders", Jdks.own())
            .agent(
                Yaml.service("orders")
                    .with(ENFORCED)
                    .destinations("- {host: stock, endpoints: [\"" + stock.address() + "\"]}\n"))
            .start();
    web = new LoadClient("web");
    web.destination(
        "- {host: orders, endpoints: [\"%1$s\"]}\n- {host: hasty, endpoints: [\"%1$s\"], timeout: 1s}\n"
            .formatted(orders.address()));
    // JVMs that have just started would take the whole second.
    assertThat(web.order("jdk", through("orders", "stock", "http://warm/")).rate(30, 3).run().ok())
        .isPositive();
  }

  @AfterAll
  static void stop() {
    web.close();
    orders.close();
    stock.close();
    last.close();
  }

  /** T7. */
  @Test
  void retriesOfTiersDoNotMultiply() {
    last.fault(Faults.status(503)).forget();
    LoadClient.Result result =
        web.order("jdk", through("orders", "stock", "http://down/"))
            .with("header", "x-inboard-no-retry")
            .rate(60, Math.max(5, Cases.SECONDS))
            .run();
    Figures.add(
        "T7 three tiers, the last down",
        "requests %d  arrived at the last %d (%.3f)  told not to retry %s",
        result.requests(),
        last.count(),
        (double) last.count() / result.requests(),
        result.headers());
    assertThat(result.outcome("503")).as(result.brief()).isEqualTo(result.requests());
    assertThat(last.count()).isLessThanOrEqualTo((int) (1.1 * result.requests()));
    assertThat(result.headers()).as("what the first tier was told").isNotEmpty();
  }

  /** T8. */
  @Test
  void theTimeThatIsLeftIsTold() {
    last.fault(FaultyServer.Fault.NONE).forget();
    int atOrders = told(body("http://hasty/headers"));
    int atStock = told(body(call("hasty", "http://stock/headers")));
    body(through("hasty", "stock", "http://well/"));
    int atLast =
        Integer.parseInt(last.arrivals().iterator().next().headers().getOrDefault(DEADLINE, "-1"));
    Figures.add(
        "T8 deadline of 1 s, told", "orders %d  stock %d  last %d ms", atOrders, atStock, atLast);
    assertThat(atOrders).isBetween(1, 1_000);
    assertThat(atStock).isBetween(1, atOrders);
    assertThat(atLast).isBetween(1, 999);
  }

  /** T8. */
  @Test
  void everyAttemptIsToldItsOwnTime() {
    last.fault(Faults.after(200, Faults.resetAfterRequest())).forget();
    web.order("jdk", through("hasty", "stock", "http://resets/")).run();
    List<Integer> told = new ArrayList<>();
    last.arrivals()
        .forEach(a -> told.add(Integer.parseInt(a.headers().getOrDefault(DEADLINE, "-1"))));
    Figures.add("T8 deadline, by attempt", "%s ms", told);
    assertThat(told).hasSizeBetween(2, 3);
    for (int i = 1; i < told.size(); i++) {
      assertThat(told.get(i)).isBetween(1, told.get(i - 1) - 150);
    }
  }

  /** T8. */
  @Test
  void whenTheTimeIsUpEveryTierStops() {
    AtomicLong left = new AtomicLong();
    last.fault(
            (arrival, server) -> {
              try {
                return Faults.silence().meet(arrival, server);
              } finally {
                left.set(System.nanoTime() - arrival.atNanos());
              }
            })
        .forget();
    LoadClient.Result result = web.order("jdk", through("hasty", "stock", "http://silent/")).run();
    assertThat(result.ok()).isZero();
    assertThat(last.count()).as(result.brief()).isEqualTo(1);
    Await.until("stock stops", Duration.ofSeconds(20), () -> left.get() > 0);
    Figures.add(
        "T8 the last tier is silent",
        "web gave up after %.0f ms, stock left it after %.0f ms",
        result.millis("max"),
        left.get() / 1e6);
    // Nothing else would end the call of stock: it has no timeout of its own.
    assertThat(last.count()).isEqualTo(1);

    // Attempts are made until the time is up, and none later.
    last.fault(Faults.after(400, Faults.resetAfterRequest())).forget();
    web.order("jdk", through("hasty", "stock", "http://late/{n}")).rate(10, 2).run();
    Await.pause(1_500);
    var first = new HashMap<String, Long>();
    last.arrivals().forEach(a -> first.merge(a.target(), a.atNanos(), Math::min));
    assertThat(last.arrivals())
        .allSatisfy(
            a ->
                assertThat((a.atNanos() - first.get(a.target())) / 1_000_000)
                    .as(a.target())
                    .isLessThan(1_000));
  }

  private static String body(String url) {
    LoadClient.Result result = web.order("jdk", url).run();
    assertThat(result.ok()).as(result.brief()).isEqualTo(1);
    return result.firstExample().orElseThrow();
  }

  /** From what {@code /headers} answers; -1: no such header. */
  private static int told(String headers) {
    var matcher = Pattern.compile(DEADLINE + "=(\\d+)").matcher(headers);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  private static String call(String host, String url) {
    return "http://" + host + "/call?client=url-connection&url=" + Service.encode(url);
  }

  private static String through(String host, String next, String url) {
    return call(host, call(next, url)).replace("%257Bn%257D", "{n}");
  }
}
