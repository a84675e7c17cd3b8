// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Costs;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.SettingsServer;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the agent costs has not grown by more than a third since {@code costs.properties}, beside
 * this file, was written: bytes allocated for a request, classes loaded until a Spring Boot service
 * has answered and called, size of the jar. Counts, never times: they say the same on a busy
 * machine. {@code smoke-tests/benchmarks} has the figures that users feel.
 *
 * <p>How the counts are made steady:
 *
 * <ul>
 *   <li>What is compared is what the agent <em>adds</em> to the same service without it in the same
 *       run, so neither Spring's nor the JDK's own share counts.
 *   <li>The services run with C1 alone ({@link Service}). C2 removes allocations, more of them the
 *       longer and the quieter it compiles; under C1 every {@code new} counts, from the first
 *       request on. The figures are therefore higher than those of a warm service.
 *   <li>One request at a time, and windows that hold whole numbers of connections (Tomcat closes
 *       after 100 requests: a handshake) and of batches of spans. What runs by the clock can only
 *       add, so a low window counts; not the lowest, since a thread that ends takes its bytes with
 *       it.
 *   <li>One JVM is both sides: its front calls its own back, over the loopback interface as if it
 *       were another's.
 * </ul>
 */
@Tag("alone")
class CostTest {
  private static final int WINDOW = 200;
  private static final int WINDOWS = 5;
  private static final List<String> VARIANTS = List.of("tracing", "everything", "off");

  private static final Costs MEASURED = new Costs(Tree.source("costs.properties"));

  @BeforeAll
  static void measure(@TempDir Path directory) throws Exception {
    MEASURED.put("jar.bytes", Files.size(Tree.agent()));
    Map<String, Service> services = new LinkedHashMap<>();
    try (SettingsServer collector =
        SettingsServer.behaving(
            exchange -> {
              exchange.getRequestBody().readAllBytes();
              exchange.sendResponseHeaders(200, -1);
            })) {
      String endpoint = collector.url().replace("/settings.yaml", "");
      services.put("none", service("none").start());
      for (String variant : VARIANTS) {
        Service.Builder builder = service(variant);
        services.put(
            variant,
            builder
                .agent(settings(variant, builder, new Pki(directory)))
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
                // Batches by count, not by time.
                .environment("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "" + WINDOW)
                .environment("OTEL_BSP_SCHEDULE_DELAY", "3600000")
                .environment("OTEL_METRIC_EXPORT_INTERVAL", "3600000")
                .start());
      }
      allocation(services);
      classes(services);
    } finally {
      services.values().forEach(Service::close);
    }
    MEASURED.writeIfAsked();
  }

  private static Service.Builder service(String variant) {
    return Service.boot("boot-3.5", variant, Jdks.of(17));
  }

  private static Yaml settings(String variant, Service.Builder builder, Pki pki) {
    Yaml quiet = Yaml.defaults().with("reload: {interval: 1h}\n");
    return switch (variant) {
      case "tracing" -> quiet;
      case "off" -> quiet.with("enabled: false\n");
      default ->
          quiet
              .identity(pki.issue(variant))
              .with(
                  """
                  inbound: {mtls: PERMISSIVE, authorization: [{action: DENY, to: {paths: ["/admin/*"]}}]}
                  """)
              .destinations(
                  """
                  - {host: payments, endpoints: ["%s"], timeout: 10s, circuitBreaker: {}}
                  """
                      .formatted(builder.address()));
    };
  }

  /**
   * Asked when all have answered and called: some of it the agent loads by itself, soon after the
   * port is open, so that before the first requests the number would depend on the moment.
   */
  private static void classes(Map<String, Service> services) throws Exception {
    Map<String, Long> classes = new LinkedHashMap<>();
    for (var service : services.entrySet()) {
      classes.put(service.getKey(), figure(service.getValue(), "classes"));
    }
    for (String variant : VARIANTS) {
      MEASURED.put(variant + ".classes", classes.get(variant) - classes.get("none"));
    }
  }

  private static void allocation(Map<String, Service> services) throws Exception {
    Map<String, List<Long>> windows = new LinkedHashMap<>();
    for (int i = -1; i < WINDOWS; i++) {
      for (var service : services.entrySet()) {
        long bytes = window(service.getKey(), service.getValue());
        if (i >= 0) {
          windows.computeIfAbsent(service.getKey(), v -> new ArrayList<>()).add(bytes);
        }
      }
    }
    System.out.println("[costs] bytes allocated a request, by window: " + windows);
    long none = low(windows.get("none"));
    for (String variant : VARIANTS) {
      MEASURED.put(variant + ".allocation", low(windows.get(variant)) - none);
    }
  }

  private static long window(String variant, Service service) throws IOException {
    String target = variant.equals("everything") ? "payments:8080" : service.address();
    String url = service.callUrl("jdk", "http://" + target + "/hello");
    long before = figure(service, "allocatedBytes");
    for (int i = 0; i < WINDOW; i++) {
      assertThat(Http.body(url)).contains("hello");
    }
    return (figure(service, "allocatedBytes") - before) / WINDOW;
  }

  private static long figure(Service service, String name) throws IOException {
    String body = Http.body(service.url("/figures"));
    return Long.parseLong(body.replaceFirst(".*\"" + name + "\":(\\d+).*", "$1"));
  }

  /** The second lowest. */
  private static long low(List<Long> values) {
    return values.stream().sorted().toList().get(1);
  }

  static Set<String> figures() {
    return MEASURED.names();
  }

  @ParameterizedTest
  @MethodSource("figures")
  void costsAtMostAThirdMoreThanBefore(String figure) {
    MEASURED.check(figure);
  }
}
