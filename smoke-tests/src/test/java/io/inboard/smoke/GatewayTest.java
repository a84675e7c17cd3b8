// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/**
 * Spring Cloud Gateway at the edge takes plain requests from outside. Behind it WebFlux and Spring
 * MVC take members only. All services live as long as this class; the last tests kill some.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private static final List<AutoCloseable> ALL = new ArrayList<>();
  private static Collector collector;
  private static List<Service> stock;
  private static List<Service> pay;
  private static List<FaultyServer> orders;
  private static Service gateway;
  private static Path file;
  private static Yaml settings;

  @BeforeAll
  static void start(@TempDir Path directory) {
    Pki pki = new Pki(directory);
    collector = closed(Collector.start(directory));
    stock =
        List.of(
            member(Service.boot("boot-3.5", "stock", Jdks.own()), strict("stock", pki)),
            member(Service.boot("boot-3.5", "stock", Jdks.own()), strict("stock", pki)));
    String toStock =
        destination(
            "stock",
            addresses(stock, "\"%s\""),
            "{mode: MUTUAL, principals: [\"" + Pki.principal("stock") + "\"]}");
    pay =
        List.of(
            member(
                Service.boot("reactive", "pay-1", Jdks.own()),
                strict("pay", pki).destinations(toStock)),
            member(
                Service.boot("reactive", "pay-2", Jdks.own()),
                strict("pay", pki).destinations(toStock)));
    orders = List.of(closed(new FaultyServer()), closed(new FaultyServer()));
    String toPay =
        destination(
                "pay",
                "{address: \"%s\", labels: {version: v1}}, {address: \"%s\", labels: {version: v2}}"
                    .formatted(pay.get(0).address(), pay.get(1).address()),
                "{mode: MUTUAL, principals: [\"" + Pki.principal("pay") + "\"]}")
            + """
              alsoMatches: endpoints
              timeout: 20s
              subsets: {v1: {labels: {version: v1}}, v2: {labels: {version: v2}}}
              routes:
                - {match: {headers: {x-canary: {exact: "1"}}}, subset: v2}
                - {match: {path: {prefix: /who/weighted}}, subsets: {v1: 80, v2: 20}}
            """;
    String toOrders =
        destination(
                "orders",
                "\"%s\", \"%s\"".formatted(orders.get(0).address(), orders.get(1).address()),
                "{mode: DISABLE}")
            + "  alsoMatches: endpoints\n";
    Service.Builder builder =
        Service.boot("gateway", "gateway", Jdks.own())
            .argument(instance("pay", 0, pay.get(0).address()))
            .argument(instance("pay", 1, pay.get(1).address()))
            .argument(instance("orders", 0, orders.get(0).address()))
            .argument(instance("orders", 1, orders.get(1).address()));
    file = builder.settingsFile();
    settings = Yaml.traced("gateway").identity(pki.issue("gateway")).destinations(toPay + toOrders);
    gateway = member(builder, settings);
  }

  private static <T extends AutoCloseable> T closed(T started) {
    ALL.add(0, started);
    return started;
  }

  private static Service member(Service.Builder builder, Yaml settings) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return closed(builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start());
  }

  private static Yaml strict(String name, Pki pki) {
    return Yaml.traced(name).identity(pki.issue(name)).inbound("STRICT");
  }

  private static String addresses(List<Service> services, String form) {
    return services.stream()
        .map(service -> form.formatted(service.address()))
        .collect(Collectors.joining(", "));
  }

  private static String destination(String host, String endpoints, String tls) {
    return """
        - host: %s
          endpoints: [%s]
          tls: %s
          retries: {attempts: 2}
          retryBudget: {percent: 100, minRetriesPerSecond: 1000, fundedBy: request}
        """
        .formatted(host, endpoints, tls);
  }

  private static String instance(String service, int index, String address) {
    return "--spring.cloud.discovery.client.simple.instances.%s[%d].uri=http://%s"
        .formatted(service, index, address);
  }

  @AfterAll
  static void end() throws Exception {
    for (AutoCloseable each : ALL) {
      each.close();
    }
  }

  private static String get(String path, String... headers) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url(path)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return Http.send(request.build()).body();
  }

  private static String relayed(String url) {
    return "/pay/relay?url=" + Service.encode(url);
  }

  /** The caller's own trace goes on, whose headers the gateway copies. */
  @Order(1)
  @Test
  void aRequestFromOutsideIsOneTraceThroughAllServices() throws Exception {
    assertThat(
            get(
                relayed("http://stock/items/7"),
                "traceparent",
                "00-" + TRACE + "-b7ad6b7169203331-01"))
        .isEqualTo("item 7 of stock");
    List<Collector.Span> trace =
        collector.awaitTrace(
            "the whole way",
            spans -> spans.size() == 5 && spans.stream().allMatch(s -> s.trace().equals(TRACE)));
    Map<String, Collector.Span> by =
        trace.stream()
            .collect(Collectors.toMap(s -> s.service() + " " + s.kind(), Function.identity()));
    String parent = "b7ad6b7169203331";
    for (String name :
        List.of("gateway SERVER", "gateway CLIENT", "pay SERVER", "pay CLIENT", "stock SERVER")) {
      assertThat(by).containsKey(name);
      assertThat(by.get(name).parent()).as("the parent of " + name).isEqualTo(parent);
      parent = by.get(name).id();
    }
  }

  @Order(1)
  @Test
  void whatAStrangerClaimsDoesNotReachTheServicesBehind() throws Exception {
    String seen =
        get(
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
  @Test
  void theLogicalHostIsADestinationToo() throws Exception {
    assertThat(get("/direct/who")).startsWith("pay-");
  }

  @Order(1)
  @Test
  void aCanaryIsChosenByHeaderAndByWeightWhateverInstanceTheGatewayChose() throws Exception {
    Set<String> headed = new HashSet<>();
    Set<String> any = new HashSet<>();
    int second = 0;
    for (int i = 0; i < 10; i++) {
      headed.add(get("/pay/who", "x-canary", "1"));
    }
    // Not in turn with the others: of two instances in turn each would have got the same.
    for (int i = 0; i < 10; i++) {
      any.add(get("/pay/who"));
    }
    for (int i = 0; i < 100; i++) {
      second += get("/pay/who/weighted").equals("pay-2") ? 1 : 0;
    }
    assertThat(headed).containsExactly("pay-2");
    assertThat(any).as("as the gateway chooses").containsExactlyInAnyOrder("pay-1", "pay-2");
    assertThat(second).as("of a hundred, twenty on average").isBetween(3, 45);
  }

  @Order(2)
  @Test
  void aPostArrivesOnceAlsoWhileAnInstanceGoes() {
    AtomicInteger next = new AtomicInteger();
    try (Load posts =
        Load.closed(
            4,
            5,
            () -> Http.post(gateway.url("/orders/" + next.getAndIncrement()), "pay").body())) {
      posts.awaitMore(40);
      orders.get(0).close();
      posts.awaitMore(80);
      posts.stop();
    }
    assertThat(FaultyServer.byTarget(orders).values()).containsOnly(1).hasSizeGreaterThan(100);
  }

  @Order(3)
  @Test
  void anInstanceThatIsKilledUnderLoadCostsNoGetWhereverItIs() {
    try (Load gets =
        Load.closed(6, 5, () -> Http.body(gateway.url(relayed("http://stock/hello"))))) {
      gets.awaitMore(60);
      stock.get(0).program().kill();
      gets.awaitMore(120);
      pay.get(0).program().kill();
      gets.awaitMore(120);
      assertThat(gets.stop().failures()).isEmpty();
    }
    assertThat(gateway.warnings()).as("the gateway").isEmpty();
  }

  @Order(4)
  @Test
  void aCallerWhoAsksTooOftenIsTurnedAwayAtTheEdge() throws IOException {
    settings
        .with("inbound: {rateLimit: {requestsPerUnit: 3, unit: HOUR, per: header x-api-key}}\n")
        .write(file);
    Await.until(
        "the limit is in force",
        Duration.ofSeconds(20),
        () -> ordered("some", "first").statusCode() == 429);

    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(ordered("limited-" + i, "second").statusCode());
    }
    assertThat(answers).containsExactly(200, 200, 200, 429);
    assertThat(FaultyServer.byTarget(orders))
        .containsKeys("/limited-0", "/limited-1", "/limited-2")
        .doesNotContainKey("/limited-3");
    HttpResponse<String> refused = ordered("limited-4", "second");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0))
        .as("seconds until the next third of an hour's share is back")
        .isBetween(1L, 1_200L);
    assertThat(ordered("another", "third").statusCode()).as("another caller").isEqualTo(200);
  }

  private static HttpResponse<String> ordered(String what, String key) throws IOException {
    return Http.send(
        HttpRequest.newBuilder(URI.create(gateway.url("/orders/" + what)))
            .header("x-api-key", key)
            .POST(HttpRequest.BodyPublishers.ofString("pay"))
            .build());
  }
}
