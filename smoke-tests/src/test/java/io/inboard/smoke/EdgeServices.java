// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two gateways at the edge, and what stands behind them: {@code pay} (WebFlux), which calls {@code
 * stock} (Spring MVC), which calls {@code ledger} (gRPC), two instances each and all of them under
 * STRICT; {@code orders} outside the mesh. The gateways find the instances of pay in a registry.
 */
final class EdgeServices implements AutoCloseable {
  private static final String CANARY =
      """
        alsoMatches: endpoints
        timeout: 20s
        subsets: {v1: {labels: {version: v1}}, v2: {labels: {version: v2}}}
        routes:
          - {match: {headers: {x-canary: {exact: "1"}}}, subset: v2}
          - {match: {path: {prefix: /who/weighted}}, subsets: {v1: 80, v2: 20}}
      """;

  /** A call that says that it may be repeated is, also where it may have run. */
  private static final String REPEATED =
      "{attempts: 2, trustIdempotencyKey: true, retryOn:"
          + " \"connect-failure,refused-stream,reset-before-request,reset-before-response,"
          + "unavailable\"}";

  final Collector collector;

  /** What was paid at either instance of ledger, a line each. */
  final Path book;

  final List<Service> ledger;
  final List<Service> stock;
  final List<Service> pay;
  final List<FaultyServer> orders;

  /** By the name of the sample service: {@code gateway}, {@code gateway-mvc}. */
  final Map<String, Service> gateways = new TreeMap<>();

  private final Service registry;
  private final Yaml gatewaySettings;
  private final List<Path> gatewayFiles = new ArrayList<>();

  /** In the order in which they are ended. */
  private final List<AutoCloseable> all = new ArrayList<>();

  private EdgeServices(Path directory) throws IOException {
    Pki pki = new Pki(directory);
    collector = closed(Collector.start(directory));
    orders = List.of(closed(new FaultyServer()), closed(new FaultyServer()));
    book = directory.resolve("paid.txt");

    List<Service.Builder> ledgers =
        List.of(
            member(ledger("netty", book), strict("ledger", pki)),
            member(ledger("shaded", book), strict("ledger", pki)));
    Yaml stockSettings =
        strict("stock", pki).destinations(destination("ledger", ledgers, REPEATED));
    List<Service.Builder> stocks =
        List.of(
            member(Service.boot("boot-3.5-grpc", "stock", Jdks.own()), stockSettings),
            member(Service.boot("boot-3.5-grpc", "stock", Jdks.own()), stockSettings));
    Service.Builder eureka = Service.boot("eureka", "eureka", Jdks.own()).jvm("-Xmx256m");
    List<Service> first =
        started(List.of(ledgers.get(0), ledgers.get(1), stocks.get(0), stocks.get(1), eureka));
    ledger = first.subList(0, 2);
    stock = first.subList(2, 4);
    registry = first.get(4);

    Yaml paySettings =
        strict("pay", pki).destinations(destination("stock", stocks, "{attempts: 2}"));
    List<Service.Builder> pays =
        List.of(
            member(Service.boot("reactive", "pay-1", Jdks.own()), paySettings),
            member(Service.boot("reactive", "pay-2", Jdks.own()), paySettings));
    try {
      register("pay-1", pays.get(0).port());
      register("pay-2", pays.get(1).port());
    } catch (IOException | AssertionError e) {
      close();
      throw e;
    }
    gatewaySettings =
        Yaml.traced("gateway")
            .identity(pki.issue("gateway"))
            .destinations(
                destination("pay", pays, "{attempts: 2}")
                    .replace(
                        quoted(pays.get(0)),
                        "{address: " + quoted(pays.get(0)) + ", labels: {version: v1}}")
                    .replace(
                        quoted(pays.get(1)),
                        "{address: " + quoted(pays.get(1)) + ", labels: {version: v2}}")
                    .concat(CANARY)
                    .concat(
                        """
                        - host: orders
                          endpoints: ["%s", "%s"]
                          alsoMatches: endpoints
                          tls: {mode: DISABLE}
                          retries: {attempts: 2}
                          retryBudget: {percent: 100, minRetriesPerSecond: 1000, fundedBy: request}
                        """
                            .formatted(orders.get(0).address(), orders.get(1).address())));
    List<Service> second =
        started(List.of(pays.get(0), pays.get(1), gateway("gateway"), gateway("gateway-mvc")));
    pay = second.subList(0, 2);
    gateways.put("gateway", second.get(2));
    gateways.put("gateway-mvc", second.get(3));
  }

  /** Starts them; what has started is ended if another does not. */
  static EdgeServices start(Path directory) throws IOException {
    return new EdgeServices(directory);
  }

  private static Service.Builder ledger(String transport, Path book) {
    return Service.grpcBack("ledger", transport, Jdks.own()).jvm("-Dshop.ledger=" + book);
  }

  private Service.Builder gateway(String app) {
    Service.Builder builder =
        Service.boot(app, app, Jdks.own())
            .argument("--eureka.client.service-url.defaultZone=" + registry.url("/eureka/"))
            .argument("--spring.cloud.loadbalancer.cache.ttl=1s");
    for (int i = 0; i < orders.size(); i++) {
      builder.argument(
          "--spring.cloud.discovery.client.simple.instances.orders[%d].uri=http://%s"
              .formatted(i, orders.get(i).address()));
    }
    gatewayFiles.add(builder.settingsFile());
    return member(builder, gatewaySettings);
  }

  private Service.Builder member(Service.Builder builder, Yaml settings) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder
        .environment("OTEL_BSP_SCHEDULE_DELAY", "200")
        .environment("OTEL_BSP_MAX_QUEUE_SIZE", "20000")
        .agent(settings);
  }

  private List<Service> started(List<Service.Builder> builders) {
    try {
      return Service.Builder.startAll(builders).stream().map(this::closed).toList();
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T closed(T started) {
    all.add(0, started);
    return started;
  }

  private static Yaml strict(String name, Pki pki) {
    return Yaml.traced(name).identity(pki.issue(name)).inbound("STRICT");
  }

  private static String destination(String host, List<Service.Builder> instances, String retries) {
    return """
        - host: %s
          endpoints: [%s]
          tls: {mode: MUTUAL, principals: ["%s"]}
          retries: %s
          retryBudget: {percent: 100, minRetriesPerSecond: 1000, fundedBy: request}
        """
        .formatted(
            host,
            instances.stream().map(EdgeServices::quoted).collect(Collectors.joining(", ")),
            Pki.principal(host),
            retries);
  }

  private static String quoted(Service.Builder instance) {
    return "\"" + instance.address() + "\"";
  }

  /** An instance of pay is there from now on, as far as the registry knows. */
  void register(String name, int port) throws IOException {
    String instance =
        """
        {"instance": {"instanceId": "%s", "hostName": "127.0.0.1", "ipAddr": "127.0.0.1",
          "app": "PAY", "vipAddress": "pay", "status": "UP", "port": {"$": %d, "@enabled": "true"},
          "leaseInfo": {"durationInSecs": 3600},
          "dataCenterInfo": {"name": "MyOwn",
            "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"}}}
        """
            .formatted(name, port);
    tell(
        HttpRequest.newBuilder(URI.create(registry.url("/eureka/apps/PAY")))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(instance))
            .build());
  }

  /** It is there no more. */
  void deregister(String name) throws IOException {
    tell(
        HttpRequest.newBuilder(URI.create(registry.url("/eureka/apps/PAY/" + name)))
            .DELETE()
            .build());
  }

  private static void tell(HttpRequest request) throws IOException {
    HttpResponse<String> response = Http.send(request);
    if (response.statusCode() >= 300) {
      throw new AssertionError(request + ": " + response.statusCode() + " " + response.body());
    }
  }

  /** From now on both gateways have this, too. */
  void change(String block) {
    gatewayFiles.forEach(file -> gatewaySettings.with(block).write(file));
  }

  @Override
  public void close() {
    for (AutoCloseable each : all) {
      try {
        each.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
