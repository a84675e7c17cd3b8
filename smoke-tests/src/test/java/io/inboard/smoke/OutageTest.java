// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.LoadClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All instances answer 503 within a millisecond, and retries do not make it worse: RATIONALE.md,
 * Scenarios T3. What a budget holds when the outage begins is spent within it, so in a short one
 * the number is compared with what the budget's formula grants.
 */
@Tag("alone")
class OutageTest {
  /**
   * Those of RATIONALE.md, Budget: a cap of two seconds' share, a floor for 10 s after a success.
   */
  private static final double SHARE = 0.2;

  private static final int START = 10;
  private static final int FLOOR_SECONDS = 10;
  private static LoadClient load;

  static List<String> clients() {
    return LoadClient.CLIENTS;
  }

  @BeforeAll
  static void start() {
    load = new LoadClient("outage").warm();
  }

  @AfterAll
  static void stop() {
    load.close();
  }

  /** T3: 1.05 over a minute. */
  @ParameterizedTest
  @MethodSource("clients")
  void aTotalOutageGetsHardlyMoreThanItsShare(String client) {
    outage("T3 outage, " + client, client, 1, 100, Cases.SECONDS, 1.05);
  }

  /** T3c: 1.10 over a minute; a destination each is a client of its own to the budget. */
  @Test
  void fortyClientsOfFiveRequestsASecondAreNoStormEither() {
    // Until the floor has ended, and some seconds more.
    outage("T3c 40 clients of 5/s, jdk", "jdk", 40, 5, Math.max(14, Cases.SECONDS), 1.10);
  }

  private static void outage(
      String name, String client, int hosts, double rate, int seconds, double pass) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      String prefix = "t3-" + client + "-" + hosts + "-";
      load.destination(Cases.entries(hosts, i -> pool.destination(prefix + i)));
      LoadClient.Order order =
          load.order(client, "http://" + prefix + "{h}/{n}").with("hosts", hosts);
      LoadClient.Result before = order.rate(rate * hosts, 2).run();
      assertThat(before.success()).as(before.brief()).isEqualTo(100);
      pool.servers.forEach(s -> s.fault(Faults.status(503)).forget());

      LoadClient.Result result = order.rate(rate * hosts, seconds).run();
      int retries = pool.count() - result.requests();
      int late = (int) (result.requests() - result.requests() / (double) seconds * 2);
      long lateAttempts =
          pool.servers.stream()
              .flatMap(s -> s.arrivals().stream())
              .filter(a -> Integer.parseInt(a.target().substring(1)) >= late)
              .count();
      double lateAmplification = (double) lateAttempts / (result.requests() - late);
      double granted =
          hosts
              * (Math.max(START, SHARE * rate * 2) + Math.min(FLOOR_SECONDS, seconds))
              // A token that came while the last answers were on their way.
              * 1.05;
      double overAMinute = 1 + retries / (hosts * rate * Math.max(60, seconds));
      Figures.add(
          name,
          "requests %6d  retries %d of %.0f granted  amplification %.3f in all, %.3f at last,"
              + " %.3f over a minute",
          result.requests(),
          retries,
          granted,
          (double) pool.count() / result.requests(),
          lateAmplification,
          overAMinute);
      assertThat(result.outcome("503")).as(result.brief()).isEqualTo(result.requests());
      assertThat((double) retries).isLessThanOrEqualTo(granted);
      assertThat(overAMinute).isLessThanOrEqualTo(pass);
      assertThat(lateAmplification).as("of the last two seconds").isLessThanOrEqualTo(pass);
    }
  }
}
