// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
 * Spring Cloud LoadBalancer chooses the instance and writes its address into the URL, in which the
 * mesh sees its destination all the same. All services live as long as this class; the last test
 * kills one.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SpringCloudTest {
  private static final List<String> CLIENTS =
      List.of("cloud-rest-template", "cloud-rest-client", "cloud-feign");

  private static final List<AutoCloseable> ALL = new ArrayList<>();
  private static List<Service> payments;
  private static FaultyServer broken;
  private static List<FaultyServer> orders;
  private static Service web;

  @BeforeAll
  static void start(@TempDir Path directory) {
    Pki pki = new Pki(directory);
    payments =
        Stream.of("first", "second")
            .map(
                name ->
                    closed(
                        Service.plain(name, Jdks.own())
                            .agent(
                                Yaml.service(name)
                                    .identity(pki.issue("payments"))
                                    .inbound("STRICT"))
                            .start()))
            .toList();
    broken = closed(new FaultyServer().fault(Faults.status(503)));
    orders = List.of(closed(new FaultyServer()), closed(new FaultyServer()));
    web =
        closed(
            Service.boot("boot-3.5-cloud", "web", Jdks.own())
                .argument(instance("payments", 0, payments.get(0).address()))
                .argument(instance("payments", 1, payments.get(1).address()))
                .argument(instance("broken", 0, broken.address()))
                .argument(instance("orders", 0, orders.get(0).address()))
                .argument(instance("orders", 1, orders.get(1).address()))
                .argument("--spring.cloud.loadbalancer.retry.retryable-status-codes=503")
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            destination(
                                    "payments",
                                    "\"%s\", \"%s\""
                                        .formatted(
                                            payments.get(0).address(), payments.get(1).address()),
                                    "{mode: MUTUAL, principals: [\"%s\"]}"
                                        .formatted(Pki.principal("payments")))
                                + destination(
                                    "broken", "\"" + broken.address() + "\"", "{mode: DISABLE}")
                                + destination(
                                    "orders",
                                    "\"%s\", \"%s\""
                                        .formatted(
                                            orders.get(0).address(), orders.get(1).address()),
                                    "{mode: DISABLE}")))
                .start());
  }

  private static <T extends AutoCloseable> T closed(T started) {
    ALL.add(0, started);
    return started;
  }

  private static String instance(String service, int index, String address) {
    return "--spring.cloud.discovery.client.simple.instances.%s[%d].uri=http://%s"
        .formatted(service, index, address);
  }

  /** Its instances are those that Spring Cloud knows. */
  private static String destination(String host, String endpoints, String tls) {
    return """
        - host: %s
          endpoints: [%s]
          alsoMatches: endpoints
          tls: %s
          unknownClients: REFUSE
          retries: {attempts: 2}
          retryBudget: {percent: 100, minRetriesPerSecond: 1000, fundedBy: request}
        """
        .formatted(host, endpoints, tls);
  }

  @AfterAll
  static void end() throws Exception {
    for (AutoCloseable each : ALL) {
      each.close();
    }
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"cloud-rest-template", "cloud-rest-client", "cloud-feign"})
  void aCallToTheInstanceThatItChoseIsSecured(String client) throws IOException {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(Http.body(web.callUrl(client, "http://payments/hello")));
    }
    assertThat(answers)
        .as("in turn, as Spring Cloud chooses")
        .containsOnly("hello from first", "hello from second")
        .filteredOn("hello from first"::equals)
        .hasSize(2);
  }

  /** It repeats a GET once, on the next instance; the mesh twice. */
  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"cloud-rest-template", "cloud-rest-client", "cloud-feign"})
  void itsOwnRetryIsNotMultiplied(String client) throws IOException {
    int before = outerAttempts();
    assertThat(Http.get(web.callUrl(client, "http://broken/get-" + client)).statusCode())
        .isEqualTo(503);
    assertThat(
            Http.get(web.callUrl(client, "http://broken/post-" + client) + "&method=POST&body=1")
                .statusCode())
        .isEqualTo(503);
    assertThat(FaultyServer.byTarget(List.of(broken)))
        .as("three attempts and one, not two times three")
        .containsEntry("/get-" + client, 4)
        .containsEntry("/post-" + client, 1);
    assertThat(outerAttempts() - before).as("counted").isEqualTo(1);
  }

  private static int outerAttempts() {
    return web.status().findPath("outerAttempts").path("spring-retry").asInt();
  }

  @Order(2)
  @Test
  void anInstanceThatIsKilledUnderLoadCostsNoGet() {
    AtomicInteger next = new AtomicInteger();
    try (Load gets =
        Load.closed(
            6,
            5,
            () ->
                Http.body(
                    web.callUrl(
                        CLIENTS.get(next.getAndIncrement() % CLIENTS.size()),
                        "http://payments/hello")))) {
      gets.awaitMore(60);
      payments.get(0).program().kill();
      gets.awaitMore(120);
      assertThat(gets.stop().failures()).isEmpty();
    }
    assertThat(web.warnings()).as("the front").isEmpty();
  }

  @Order(2)
  @ParameterizedTest
  @ValueSource(strings = {"cloud-rest-template", "cloud-rest-client", "cloud-feign"})
  void aPostArrivesOnceAlsoWhereTheChosenInstanceIsGone(String client) throws IOException {
    orders.get(0).close();
    for (int i = 0; i < 6; i++) {
      String target = "/" + client + "-" + i;
      Http.body(web.callUrl(client, "http://orders" + target) + "&method=POST&body=1");
      assertThat(FaultyServer.byTarget(orders)).containsEntry(target, 1);
    }
  }
}
