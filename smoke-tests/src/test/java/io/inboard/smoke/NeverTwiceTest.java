// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.LoadClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A POST that arrived is not sent again, whatever happens then: RATIONALE.md, Scenarios T9; and the
 * race with a server that closes idle connections: T11.
 */
@Tag("alone")
class NeverTwiceTest {
  private static final int POSTS = 60;
  private static LoadClient load;

  static List<String> clients() {
    return LoadClient.CLIENTS;
  }

  @BeforeAll
  static void start() {
    load = new LoadClient("never-twice").warm();
  }

  @AfterAll
  static void stop() {
    load.close();
  }

  @ParameterizedTest
  @MethodSource("clients")
  void aPostThatIsResetAfterItArrivedArrivesOnce(String client) {
    once("reset", client, Faults.sometimes(50, Faults.resetAfterRequest()));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void aPostWhoseConnectionIsClosedInsteadOfAnAnswerArrivesOnce(String client) {
    once("close", client, Faults.sometimes(50, Faults.closeAfterRequest()));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void aPostThatIsAnswered503ArrivesOnce(String client) {
    once("503", client, Faults.sometimes(50, Faults.status(503)));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void aPostThatIsNotAnsweredInTimeArrivesOnce(String client) {
    once("silence", client, Faults.sometimes(50, Faults.silence()));
  }

  private static void once(String what, String client, FaultyServer.Fault fault) {
    try (Cases.Pool pool = new Cases.Pool(3)) {
      String host = "t9-" + what + "-" + client;
      load.destination(
          pool.destination(
              host,
              "timeout: 2s",
              "retries: {attempts: 2, perTryTimeout: 400ms, retryOn: \"connect-failure,"
                  + "refused-stream,reset-before-request,reset-before-response,5xx,"
                  + "per-try-timeout\"}",
              // All three go on getting some.
              "outlierDetection: {consecutive5xxErrors: 0}"));
      LoadClient.Order order = load.order(client, "http://" + host + "/{n}").method("POST");
      // Connections are pooled, and used again: the second try inside a library needs that.
      LoadClient.Result before = order.rate(POSTS, 0.5).run();
      assertThat(before.success()).as(before.brief()).isEqualTo(100);
      pool.servers.forEach(s -> s.fault(fault).forget());
      LoadClient.Result result = order.rate(POSTS, 1).run();
      Figures.add(
          "T9 POST, " + what + ", " + client,
          "sent %d  arrived %d  answered well %d",
          result.requests(),
          pool.count(),
          result.ok());
      assertThat(FaultyServer.byTarget(pool.servers))
          .as(result.brief())
          .hasSize(result.requests())
          .allSatisfy((target, times) -> assertThat(times).as(target).isEqualTo(1));
      assertThat(result.ok()).as(result.brief()).isBetween(1, POSTS - 1);
    }
  }

  /** T11, and T9's stale connection. */
  @ParameterizedTest
  @MethodSource("clients")
  void aRaceWithTheServersKeepAliveIsNotNoticed(String client) {
    int hosts = 40;
    try (Cases.Pool pool = new Cases.Pool(1)) {
      // Idle for about as long as the server keeps a connection.
      pool.get(0).keepAlive(() -> ThreadLocalRandom.current().nextInt(192, 202));
      load.destination(
          Cases.entries(
              hosts,
              i ->
                  pool.destination(
                      "t11-" + client + "-" + i, "outlierDetection: {consecutive5xxErrors: 0}")));
      LoadClient.Order order =
          load.order(client, "http://t11-" + client + "-{h}/{n}")
              .with("hosts", hosts)
              .with("jitter", 3)
              .rate(5.0 * hosts, Cases.SECONDS);
      LoadClient.Result gets = order.run();
      Figures.add("T11 keep-alive race, GET, " + client, gets, pool.count());
      assertThat(gets.failed()).as(gets.brief()).isZero();

      pool.get(0).forget();
      LoadClient.Result posts = order.method("POST").run();
      Figures.add("T11 keep-alive race, POST, " + client, posts, pool.count());
      Map<String, Integer> arrived = FaultyServer.byTarget(pool.servers);
      assertThat(arrived).allSatisfy((target, times) -> assertThat(times).as(target).isOne());
      assertThat(arrived).hasSizeGreaterThanOrEqualTo(posts.ok());
      // A connection found dead before the first byte is replaced; what is lost raced in earnest.
      assertThat(posts.success()).as(posts.brief()).isGreaterThan(75);
    }
  }
}
