// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LoadClient;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A server that can do 100 requests a second, 8 at once in 80 ms each, is asked for more:
 * RATIONALE.md, Scenarios T5 and T6. Both sides run under the agent, with and without the server's
 * limit.
 */
@Tag("alone")
class OverloadTest {
  private static final int WORKERS = 8;
  private static final int MILLIS = 80;
  private static final double CAPACITY = WORKERS * 1000.0 / MILLIS;
  private static LoadClient load;

  @BeforeAll
  static void start() {
    load = new LoadClient("overload");
  }

  @AfterAll
  static void stop() {
    load.close();
  }

  /** T6. */
  @Test
  void twiceTheLoadIsAsMuchWorkDoneAsTheServerCan() throws Exception {
    double capacity;
    try (Service server = server(false)) {
      Overload without = overload("t6-without", server);
      // It was never idle: so much can it do here.
      capacity = without.servedPerSecond();
      without.tell("T6 twice the load, no limit", capacity);
    }
    try (Service server = server(true)) {
      Overload with = overload("t6-with", server);
      with.tell("T6 twice the load, limit", capacity);
      assertThat(with.goodput(capacity)).as(with.result.brief()).isGreaterThanOrEqualTo(95);
      assertThat(with.result.okMillis("p99"))
          .as("of those that were let in")
          .isLessThanOrEqualTo(5 * with.unloaded.okMillis("p99"));
    }
  }

  private record Overload(
      LoadClient.Result unloaded, LoadClient.Result result, double servedPerSecond) {
    double goodput(double capacity) {
      return 100 * result.ok() / (capacity * result.seconds());
    }

    void tell(String name, double capacity) {
      Figures.add(
          name,
          "goodput %.1f %% of %.0f/s (served %.0f/s)  p50 %.0f  p99 %.0f ms of those let in,"
              + " %.0f unloaded",
          goodput(capacity),
          capacity,
          servedPerSecond,
          result.okMillis("p50"),
          result.okMillis("p99"),
          unloaded.okMillis("p99"));
    }
  }

  private static Overload overload(String host, Service server) throws Exception {
    load.destination(entry(host, server, "timeout: 800ms"));
    LoadClient.Order order = load.order("jdk", "http://" + host + "/work").with("atMost", 1000);
    LoadClient.Result unloaded = order.rate(CAPACITY / 4, 2).run();
    int before = served(server);
    long start = System.nanoTime();
    LoadClient.Running running = order.rate(2 * CAPACITY, Cases.SECONDS).start();
    Await.pause(Cases.SECONDS * 1000L);
    // Waits for its turn as all others do.
    int served = served(server) - before;
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Overload(unloaded, running.end(), served / seconds);
  }

  /** T5: 10 s of half as much again, where the cases run for a minute. */
  @Test
  void afterAPulseOfTooMuchTheServiceIsItselfAgain() {
    int pulse = Math.min(10, Math.max(4, Cases.SECONDS / 3));
    try (Service server = server(false)) {
      // What waits in the server when the pulse ends, and what it drains a second, are in
      // proportion.
      int atMost = 15 * pulse / 10 + 4;
      int recovered = pulse("t5-client", "T5 pulse, client's budget only", server, pulse, atMost);
      assertThat(recovered).isLessThanOrEqualTo(atMost);
    }
    try (Service server = server(true)) {
      int recovered = pulse("t5-server", "T5 pulse, server's limit, too", server, pulse, 4);
      assertThat(recovered).isLessThanOrEqualTo(2);
    }
  }

  /** After how many seconds the rest of the requests was answered well, 99 of 100. */
  private static int pulse(String host, String name, Service server, int pulse, int watch) {
    load.destination(
        entry(
            host,
            server,
            "retries: {attempts: 2, perTryTimeout: 250ms, retryOn: \"connect-failure,"
                + "refused-stream,reset-before-request,reset-before-response,503,"
                + "per-try-timeout\"}"));
    LoadClient.Order order = load.order("jdk", "http://" + host + "/work").with("atMost", 1000);
    double usual = 0.8 * CAPACITY;
    LoadClient.Result before = order.rate(usual, 3).run();
    LoadClient.Running during = order.rate(1.5 * usual, pulse).start();
    Await.pause(pulse * 1000L);
    LoadClient.Result after = order.rate(usual, watch + 3).run();
    LoadClient.Result tooMuch = during.end();
    int recovered = 0;
    while (recovered < after.seconds() && !wellFrom(recovered, after)) {
      recovered++;
    }
    Figures.add(
        name,
        "success before %.1f %%, in the pulse %.1f %%, after it %.1f %%; well again after %d s",
        before.success(),
        tooMuch.success(),
        after.success(),
        recovered);
    return recovered;
  }

  private static boolean wellFrom(int second, LoadClient.Result result) {
    int requests = 0;
    int ok = 0;
    for (int i = second; i < result.seconds(); i++) {
      requests += result.requests(i);
      ok += result.ok(i);
    }
    return ok >= 0.99 * requests && result.ok(second) >= 0.99 * result.requests(second);
  }

  private static Service server(boolean limited) {
    Yaml settings = Yaml.service("capacity");
    Service.Builder builder =
        Service.capacity("capacity", WORKERS, MILLIS, Jdks.own())
            .agent(
                limited
                    ? settings
                        .with("inbound: {concurrencyLimit: {adaptive: gradient, min: 20}}\n")
                        .with("server: {exempt: [\"/served\"]}\n")
                    : settings)
            .jvm("-Xmx256m");
    Service server = builder.start();
    // A JVM that has just started is slower than any overload.
    String host = "warm-" + server.port();
    load.destination(entry(host, server));
    for (int i = 1; i <= 3; i++) {
      load.order("jdk", "http://" + host + "/work").rate(CAPACITY * i / 4, 1.5).run();
    }
    return server;
  }

  private static String entry(String host, Service server, String... lines) {
    String entry = "- host: " + host + "\n  endpoints: [\"" + server.address() + "\"]\n";
    return entry + String.join("", Arrays.stream(lines).map(l -> "  " + l + "\n").toList());
  }

  private static int served(Service server) throws Exception {
    return Integer.parseInt(Http.body(server.url("/served")));
  }
}
