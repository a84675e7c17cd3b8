// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Spring Cloud Gateway at the edge takes plain requests from outside, on Netty ({@code gateway})
 * and on Tomcat ({@code gateway-mvc}). The services behind take members only. All of them live as
 * long as this class; the last tests kill some.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayTest {
  private static final String CALLER = "b7ad6b7169203331";

  /** Traces, each of which is asked for once. */
  private static final AtomicInteger TRACES = new AtomicInteger();

  private static EdgeServices all;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    all = EdgeServices.start(directory);
  }

  @AfterAll
  static void end() {
    if (all != null) {
      all.close();
    }
  }

  private static String get(String edge, String path, String... headers) throws IOException {
    String url = all.gateways.get(edge).url(path);
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<String> response = Http.send(request.build());
    assertThat(response.statusCode()).as("%s: %s", url, response.body()).isEqualTo(200);
    return response.body();
  }

  /** Each in turn. */
  private static String edge(int number) {
    return number % 2 == 0 ? "gateway" : "gateway-mvc";
  }

  private static String relayed(String url) {
    return "/pay/relay?url=" + Service.encode(url);
  }

  private static String newTrace() {
    return "cafe%028x".formatted(TRACES.incrementAndGet());
  }

  private static String parent(String trace) {
    return "00-" + trace + "-" + CALLER + "-01";
  }

  /**
   * The caller's own trace goes on, whose headers a gateway copies: each is a child of the last.
   */
  private static void assertChain(List<Collector.Span> trace, String... names) {
    Map<String, Collector.Span> by =
        trace.stream()
            .collect(Collectors.toMap(s -> s.service() + " " + s.kind(), Function.identity()));
    assertThat(by).containsOnlyKeys(names);
    String parent = CALLER;
    for (String name : names) {
      assertThat(by.get(name).parent()).as(name).isEqualTo(parent);
      parent = by.get(name).id();
    }
  }

  private static List<Collector.Span> awaitTrace(String trace, int spans) {
    return all.collector.awaitTrace(
        "trace " + trace,
        found -> found.size() == spans && found.stream().allMatch(s -> s.trace().equals(trace)));
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "gateway-mvc"})
  void aRequestFromOutsideIsOneTraceThroughAllServices(String edge) throws Exception {
    String trace = newTrace();
    assertThat(get(edge, relayed("http://stock/entries/7"), "traceparent", parent(trace)))
        .isEqualTo("ledger 7");
    assertChain(
        awaitTrace(trace, 7),
        "gateway SERVER",
        "gateway CLIENT",
        "pay SERVER",
        "pay CLIENT",
        "stock SERVER",
        "stock CLIENT",
        "ledger SERVER");
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "reactor",
        "reactor-interval",
        "rxjava",
        "rxjava-interval",
        "mutiny",
        "coroutines"
      })
  void itIsOneTraceWhateverThreadsTheWorkTakes(String way) throws Exception {
    String trace = newTrace();
    String path = "/pay/through/" + way + "?url=" + Service.encode("http://stock/items/7");
    assertThat(get("gateway", path, "traceparent", parent(trace))).isEqualTo("item 7 of stock");
    assertChain(
        awaitTrace(trace, 5),
        "gateway SERVER",
        "gateway CLIENT",
        "pay SERVER",
        "pay CLIENT",
        "stock SERVER");
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "gateway-mvc"})
  void whatAStrangerClaimsDoesNotReachTheServicesBehind(String edge) throws Exception {
    String seen =
        get(
            edge,
            "/pay/headers",
            "x-forwarded-client-cert",
            "URI=spiffe://cluster.local/ns/shop/sa/forged",
            "x-envoy-expected-rq-timeout-ms",
            "7",
            "x-envoy-upstream-rq-timeout-ms",
            "7",
            "x-mine",
            "kept");
    assertThat(seen)
        .contains("URI=" + Pki.spiffe("gateway"), "\"x-mine\":[\"kept\"]")
        .doesNotContain("forged")
        .doesNotContain("[\"7\"]")
        .containsPattern("\"x-envoy-expected-rq-timeout-ms\":\\[\"(19|20)[0-9]{3}\"\\]");
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "gateway-mvc"})
  void theLogicalHostIsADestinationToo(String edge) throws Exception {
    assertThat(get(edge, "/direct/who")).startsWith("pay-");
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "gateway-mvc"})
  void aCanaryIsChosenByHeaderAndByWeightWhateverInstanceTheGatewayChose(String edge)
      throws Exception {
    Set<String> headed = new HashSet<>();
    int second = 0;
    for (int i = 0; i < 10; i++) {
      headed.add(get(edge, "/pay/who", "x-canary", "1"));
    }
    for (int i = 0; i < 100; i++) {
      second += get(edge, "/pay/who/weighted").equals("pay-2") ? 1 : 0;
    }
    assertThat(headed).containsExactly("pay-2");
    // Not in turn with the others: of two instances in turn each would have got the same.
    assertThat(whoAnswers(edge)).as("as the gateway chooses").containsExactly("pay-1", "pay-2");
    assertThat(second).as("of a hundred, twenty on average").isBetween(3, 45);
  }

  /** Of ten requests; sorted. */
  private static List<String> whoAnswers(String edge) throws IOException {
    List<String> any = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      any.add(get(edge, "/pay/who"));
    }
    return any.stream().distinct().sorted().toList();
  }

  @Order(2)
  @Test
  void anInstanceIsCalledWhileItIsInTheRegistry() throws Exception {
    all.deregister("pay-1");
    awaitAnswersOf("pay-2");
    all.register("pay-1", all.pay.get(0).port());
    awaitAnswersOf("pay-1", "pay-2");
  }

  private static void awaitAnswersOf(String... names) {
    Await.untilAsserted(
        Duration.ofSeconds(20),
        () -> {
          for (String edge : all.gateways.keySet()) {
            assertThat(whoAnswers(edge)).as(edge).containsExactly(names);
          }
        });
  }

  @Order(2)
  @Test
  void aPostArrivesOnceAlsoWhileAnInstanceGoes() {
    AtomicInteger next = new AtomicInteger();
    Callable<String> post =
        () -> {
          int number = next.getAndIncrement();
          Service edge = all.gateways.get(edge(number));
          return Http.post(edge.url("/orders/" + number), "pay").body();
        };
    try (Load posts = Load.closed(4, 5, post)) {
      posts.awaitMore(40);
      all.orders.get(0).close();
      posts.awaitMore(80);
      posts.stop();
    }
    assertThat(FaultyServer.byTarget(all.orders).values()).containsOnly(1).hasSizeGreaterThan(100);
  }

  @Order(2)
  @Test
  void tenThousandInterleavedRequestsKeepTheirTraces() throws Exception {
    int requests = 10_000;
    List<Callable<String>> calls = new ArrayList<>();
    Set<String> traces = new HashSet<>();
    for (int i = 0; i < requests; i++) {
      String trace = newTrace();
      traces.add(trace);
      String path = relayed("http://stock/headers") + "&pause=" + i % 7;
      calls.add(
          () -> {
            String seen = get("gateway", path, "traceparent", parent(trace));
            assertThat(seen).as("the headers of the last call").contains("00-" + trace + "-");
            return seen;
          });
    }
    ExecutorService callers = Executors.newFixedThreadPool(48);
    try {
      for (Future<String> one : callers.invokeAll(calls)) {
        one.get();
      }
    } finally {
      callers.shutdownNow();
    }
    Map<String, List<Collector.Span>> spans =
        Await.value(
            "all spans",
            Duration.ofSeconds(30),
            () ->
                Optional.of(
                        all.collector.spans().stream()
                            .filter(span -> traces.contains(span.trace()))
                            .collect(Collectors.groupingBy(Collector.Span::trace)))
                    .filter(
                        found ->
                            found.values().stream().mapToInt(List::size).sum() >= 5 * requests));
    assertThat(spans).hasSize(requests);
    spans
        .values()
        .forEach(
            trace ->
                assertChain(
                    trace,
                    "gateway SERVER",
                    "gateway CLIENT",
                    "pay SERVER",
                    "pay CLIENT",
                    "stock SERVER"));
  }

  @Order(3)
  @Test
  void anInstanceThatIsKilledUnderLoadCostsNoGetAndRepeatsNoPostWhereverItIs() throws IOException {
    AtomicInteger next = new AtomicInteger();
    Set<String> answered = ConcurrentHashMap.newKeySet();
    Callable<String> get =
        () -> {
          String body = get(edge(next.getAndIncrement()), relayed("http://stock/entries/7"));
          assertThat(body).isEqualTo("ledger 7");
          return body;
        };
    Callable<Integer> post =
        () -> {
          int number = next.getAndIncrement();
          String url = all.gateways.get(edge(number)).url(relayed("http://stock/entries"));
          HttpResponse<String> response = Http.post(url, "n" + number);
          if (response.statusCode() == 200) {
            assertThat(response.body()).isEqualTo("ledger pay n" + number);
            answered.add("n" + number);
          }
          return response.statusCode();
        };
    try (Load gets = Load.closed(6, 5, get);
        Load posts = Load.closed(3, 5, post)) {
      gets.awaitMore(60);
      posts.awaitMore(30);
      for (List<Service> hop : List.of(all.ledger, all.stock, all.pay)) {
        hop.get(0).program().kill();
        gets.awaitMore(120);
        posts.awaitMore(30);
      }
      assertThat(gets.stop().failures()).isEmpty();
      assertThat(posts.stop().failures()).isEmpty();
    }
    List<String> paid = Files.readAllLines(all.book);
    assertThat(paid).as("what arrived at the last service").doesNotHaveDuplicates();
    assertThat(answered).hasSizeGreaterThan(100).isSubsetOf(paid);
    all.gateways.forEach((name, edge) -> assertThat(edge.warnings()).as(name).isEmpty());
  }

  @Order(4)
  @Test
  void aCallerWhoAsksTooOftenIsTurnedAwayAtTheEdge() throws IOException {
    all.change("inbound: {rateLimit: {requestsPerUnit: 3, unit: HOUR, per: header x-api-key}}\n");
    for (String edge : all.gateways.keySet()) {
      Await.until(
          "the limit is in force at " + edge,
          Duration.ofSeconds(20),
          () -> ordered(edge, "some", "first").statusCode() == 429);

      List<Integer> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(ordered(edge, edge + i, "second").statusCode());
      }
      assertThat(answers).as(edge).containsExactly(200, 200, 200, 429);
      assertThat(FaultyServer.byTarget(all.orders))
          .containsKeys("/" + edge + 0, "/" + edge + 1, "/" + edge + 2)
          .doesNotContainKey("/" + edge + 3);
      HttpResponse<String> refused = ordered(edge, edge + 4, "second");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0))
          .as("seconds until the next third of an hour's share is back")
          .isBetween(1L, 1_200L);
      assertThat(ordered(edge, "another", "third").statusCode())
          .as("another caller")
          .isEqualTo(200);
    }
  }

  private static HttpResponse<String> ordered(String edge, String what, String key)
      throws IOException {
    return Http.send(
        HttpRequest.newBuilder(URI.create(all.gateways.get(edge).url("/orders/" + what)))
            .header("x-api-key", key)
            .POST(HttpRequest.BodyPublishers.ofString("pay"))
            .build());
  }
}
