// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LoadClient;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that calls others by a client library, of its own accord or by a framework over it, is
 * a member like any other.
 */
abstract class ClientStory {
  @TempDir Path directory;

  /** The sample service that has the library. */
  abstract Service.Builder app(String name);

  /** What the service calls its clients; each takes part in each story. */
  abstract List<String> clients();

  /** Of further clients, which speak nothing but HTTP/2, as not every instance does. */
  List<String> http2Clients() {
    return List.of();
  }

  /** What a client sends in a POST. */
  String paidBy(String client) {
    return "1";
  }

  @Test
  void aCallIsMutuallySecuredAndGoesToAnotherInstanceWhenOneIsGone() throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder gone = Service.boot("boot-3.5", "gone", Jdks.own());
    try (Service back =
            Service.boot("boot-3.5", "pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            app("web")
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["%s", "%s"]
                              loadBalancer: {simple: ROUND_ROBIN}
                              tls: {mode: MUTUAL, principals: ["%s"]}
                              unknownClients: REFUSE
                            """
                                .formatted(gone.address(), back.address(), Pki.principal("pay"))))
                .start()) {
      for (String client : Stream.concat(clients().stream(), http2Clients().stream()).toList()) {
        for (int i = 0; i < 4; i++) {
          getsToPay(front, client);
          String paid = paidBy(client);
          String post = front.callUrl(client, "http://pay/pay") + "&method=POST&body=" + paid;
          assertThat(Http.body(post)).as(client).isEqualTo("paid " + paid + " to pay");
        }
      }
      assertThat(front.status().findPath("innerAttempts")).as("the library's own").isEmpty();
      assertThat(front.status().get("sockets").get("unmeshed"))
          .as("no client is unknown")
          .isEmpty();
      assertThat(back.warnings()).as("the back").isEmpty();
    }
  }

  private static void getsToPay(Service front, String client) throws Exception {
    assertThat(Http.body(front.callUrl(client, "http://pay/headers")))
        .as(client)
        .contains("URI=" + Pki.spiffe("web"))
        .contains("\"url\":\"http://pay/headers\"");
  }

  /**
   * Under load, of instances that break and one that is gone; by the load client, all of these
   * clients at a time, each with a destination of its own.
   */
  static void noGetFailsAndNoPostArrivesTwice(String... clients) {
    try (LoadClient load = new LoadClient(clients[0]);
        Cases.Pool pool = new Cases.Pool(4 * clients.length)) {
      load.destination(
          Cases.entries(
              clients.length,
              i ->
                  Cases.entry(
                      "pay-" + clients[i],
                      pool.servers.subList(4 * i, 4 * i + 4),
                      "retries: {attempts: 3, retryOn: \"connect-failure,refused-stream,"
                          + "reset-before-request,reset-before-response,503\"}")));
      List<LoadClient.Order> gets =
          Stream.of(clients)
              .map(client -> load.order(client, "http://pay-" + client + "/" + client + "/{n}"))
              .toList();
      for (LoadClient.Result result : together(gets, order -> order.rate(100, 2).start())) {
        assertThat(result.failed()).as(result.brief()).isZero();
      }
      List<LoadClient.Running> under =
          gets.stream().map(order -> order.rate(200, Cases.SECONDS).start()).toList();
      for (int i = 0; i < pool.servers.size(); i += 4) {
        pool.get(i).fault(Faults.status(503));
        pool.get(i + 1).fault(Faults.sometimes(50, Faults.resetAfterRequest()));
        pool.get(i + 2).close();
      }
      for (LoadClient.Running running : under) {
        LoadClient.Result result = running.end();
        assertThat(result.failed()).as(result.brief()).isZero();
      }
      pool.servers.forEach(FaultyServer::forget);
      int posts =
          together(gets, order -> order.method("POST").rate(100, 2).start()).stream()
              .mapToInt(LoadClient.Result::requests)
              .sum();
      assertThat(FaultyServer.byTarget(pool.servers))
          .hasSize(posts)
          .allSatisfy((target, times) -> assertThat(times).as(target).isEqualTo(1));
    }
  }

  private static List<LoadClient.Result> together(
      List<LoadClient.Order> orders, Function<LoadClient.Order, LoadClient.Running> start) {
    List<LoadClient.Running> running = orders.stream().map(start).toList();
    return running.stream().map(LoadClient.Running::end).toList();
  }

  @Test
  void aRequestThroughAServiceIsOneTrace() throws Exception {
    for (String client : clients()) {
      try (Collector collector = Collector.start(Files.createDirectory(directory.resolve(client)));
          Service back = traced(Service.plain("back", Jdks.own()), collector);
          Service front = traced(app("front"), collector)) {
        assertThat(Http.body(front.callUrl(client, back.url("/hello"))))
            .isEqualTo("hello from back");
        List<Collector.Span> trace =
            collector.awaitTrace("the whole way", spans -> names(spans).size() == 3);
        assertThat(trace).hasSize(3);
        Map<String, Collector.Span> byName =
            trace.stream().collect(Collectors.toMap(ClientStory::name, Function.identity()));
        assertThat(byName.get("front CLIENT").parent()).isEqualTo(byName.get("front SERVER").id());
        assertThat(byName.get("back SERVER").parent()).isEqualTo(byName.get("front CLIENT").id());
        assertThat(byName.get("front CLIENT").attributes())
            .containsEntry("network.protocol.version", "1.1")
            .containsEntry("url.full", back.url("/hello"));
      }
    }
  }

  private static Service traced(Service.Builder builder, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder
        .environment("OTEL_BSP_SCHEDULE_DELAY", "200")
        .agent(Yaml.traced(builder.name()))
        .start();
  }

  private static Set<String> names(List<Collector.Span> spans) {
    return spans.stream().map(ClientStory::name).collect(Collectors.toSet());
  }

  private static String name(Collector.Span span) {
    return span.service() + " " + span.kind();
  }
}
