// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.FaultyServer.Arrival;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.LoadClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One of three instances is ill: RATIONALE.md, Scenarios T1 and T2. */
@Tag("alone")
class PartialFailureTest {
  private static final double RATE = 400;

  /** The default of the settings. */
  private static final int CONSECUTIVE_GATEWAY_ERRORS = 5;

  private static LoadClient load;

  static List<String> clients() {
    return LoadClient.CLIENTS;
  }

  @BeforeAll
  static void start() {
    load = new LoadClient("partial-failure");
    // The JVM of the client is warm before anything is counted.
    try (Cases.Pool pool = new Cases.Pool(3)) {
      load.destination(pool.destination("warm"));
      for (String client : LoadClient.CLIENTS) {
        load.order(client, "http://warm/").rate(RATE, 2).run();
      }
    }
  }

  @AfterAll
  static void stop() {
    load.close();
  }

  /** T1. */
  @ParameterizedTest
  @MethodSource("clients")
  void anInstanceThatFailsNowAndThenIsNotNoticed(String client) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      pool.get(0).fault(Faults.sometimes(30, Faults.status(503)));
      load.destination(pool.destination("t1-" + client));
      LoadClient.Result result =
          load.order(client, "http://t1-" + client + "/{n}").rate(RATE, Cases.SECONDS).run();
      Figures.add("T1 partial, " + client, result, pool.count());
      assertThat(result.success()).as(result.brief()).isGreaterThanOrEqualTo(99.9);
      assertThat(amplification(pool, result)).isLessThanOrEqualTo(1.12);
    }
  }

  /** T2. */
  @ParameterizedTest
  @MethodSource("clients")
  void anInstanceThatAlwaysFailsIsFoundOutAtOnce(String client) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      FaultyServer dead = pool.get(0).fault(Faults.status(503));
      load.destination(pool.destination("t2-" + client));
      LoadClient.Result result =
          load.order(client, "http://t2-" + client + "/{n}").rate(RATE, Cases.SECONDS).run();
      Figures.add("T2 dead, " + client, result, pool.count());
      assertThat(result.success()).as(result.brief()).isGreaterThanOrEqualTo(99.9);
      assertThat(amplification(pool, result)).isLessThanOrEqualTo(1.02);
      // It is avoided from its first failure on, so the failures that it is ejected after may take
      // their time: it is asked when the others have much to do. What is under way arrives still.
      List<Arrival> failures = dead.arrivals().stream().limit(CONSECUTIVE_GATEWAY_ERRORS).toList();
      long last = failures.get(failures.size() - 1).atNanos();
      // The ejection lasts for 30 s; then comes one probe at a time.
      assertThat(
              dead.arrivals().stream()
                  .skip(CONSECUTIVE_GATEWAY_ERRORS)
                  .filter(a -> a.atNanos() - last > 1_000_000_000L))
          .as("after it was ejected")
          .hasSizeLessThanOrEqualTo(Cases.SECONDS / 30);
    }
  }

  /** T2b. */
  @ParameterizedTest
  @MethodSource("clients")
  void aClosedPortIsNotNoticedNotEvenByAPost(String client) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      pool.get(0).refuse();
      unreachable("refuses", pool, client);
    }
  }

  /** T2b. */
  @ParameterizedTest
  @MethodSource("clients")
  void anAddressThatSwallowsConnectionsCostsTheConnectTimeoutAndNoMore(String client) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      pool.get(0).blackHole();
      unreachable("black hole", pool, client);
    }
  }

  private static void unreachable(String what, Cases.Pool pool, String client) {
    int seconds = Math.max(2, Cases.SECONDS / 3);
    for (String method : List.of("GET", "POST")) {
      String host = what.replace(' ', '-') + "-" + method.toLowerCase() + "-" + client;
      load.destination(pool.destination(host, "connectionPool: {connectTimeout: 1s}"));
      int before = pool.count();
      LoadClient.Result result =
          load.order(client, "http://" + host + "/{n}").method(method).rate(RATE, seconds).run();
      int attempts = pool.count() - before;
      Figures.add("T2b " + what + ", " + method + ", " + client, result, attempts);
      assertThat(result.success()).as(result.brief()).isGreaterThanOrEqualTo(99.9);
      assertThat(attempts).as("arrived once each").isEqualTo(result.requests());
      // Two attempts of a call may go astray before the third; a busy machine takes its time, too.
      assertThat(result.okMillis("max")).isLessThan(3_000);
    }
  }

  private static double amplification(Cases.Pool pool, LoadClient.Result result) {
    return (double) pool.count() / result.requests();
  }
}
