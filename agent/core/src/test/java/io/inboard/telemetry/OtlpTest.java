// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inboard.call.AgentThreads;
import io.inboard.http.TlsPair;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export over a real connection: to a collector that works, and to all those that do not. */
class OtlpTest {
  /** Far more than the second that close may take; beyond it the promise is broken. */
  private static final Duration WATCHDOG = Duration.ofSeconds(10);

  private static final Duration BUDGET = Duration.ofSeconds(1);

  /** What arrived: path, then body as Latin-1, so that names in the protobuf can be found. */
  private record Arrived(String path, Map<String, List<String>> headers, String body) {}

  private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
  private final CountDownLatch hang = new CountDownLatch(1);
  private HttpServer server;
  private volatile int status = 200;

  @BeforeEach
  void startCollector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool(AgentThreads.factory("test-collector")));
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          arrived.add(
              new Arrived(
                  exchange.getRequestURI().getPath(),
                  Map.copyOf(exchange.getRequestHeaders()),
                  new String(body, StandardCharsets.ISO_8859_1)));
          if (status == 0) {
            try {
              hang.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          exchange.sendResponseHeaders(status == 0 ? 200 : status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopCollector() {
    hang.countDown();
    server.stop(0);
  }

  private TelemetrySettings to(int port) {
    String base = "http://127.0.0.1:" + port;
    return Given.with(
        Given.settings(),
        Given.target(Protocol.HTTP_PROTOBUF, base + "/v1/traces"),
        Given.target(Protocol.HTTP_PROTOBUF, base + "/v1/metrics"));
  }

  private TelemetrySettings here() {
    return to(server.getAddress().getPort());
  }

  private static Telemetry telemetry(TelemetrySettings settings) {
    return new Telemetry(Given.SERVICE, settings, Timing.DEFAULTS, Otlp::spans, Otlp::metrics);
  }

  private static void request(Telemetry telemetry) {
    TraceContextTest.forward(telemetry);
  }

  private static void closes(Telemetry telemetry) {
    assertTimeoutPreemptively(WATCHDOG, () -> telemetry.close(BUDGET));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for a condition").isLessThan(end);
      Thread.sleep(10);
    }
  }

  @Test
  void spansAndMetricsArriveAtACollector() throws Exception {
    Telemetry telemetry = telemetry(here());
    request(telemetry);
    telemetry.close(Duration.ofSeconds(30));
    assertThat(arrived).extracting(Arrived::path).contains("/v1/traces", "/v1/metrics");
    assertThat(arrived)
        .filteredOn(a -> a.path().equals("/v1/traces"))
        .singleElement()
        .satisfies(a -> assertThat(a.body()).contains("orders", "payments", "url.full"));
    assertThat(arrived)
        .filteredOn(a -> a.path().equals("/v1/metrics"))
        .anySatisfy(
            a ->
                assertThat(a.body())
                    .contains("http.server.request.duration", "http.client.request.duration"));
    assertThat(telemetry.status().spansExported()).isEqualTo(2);
    assertThat(telemetry.status().spansDropped()).isZero();
    assertThat(telemetry.status().exportFailures()).isZero();
  }

  @Test
  void aDeadPortIsCountedAndClosesInTime() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Telemetry telemetry = telemetry(to(port));
    request(telemetry);
    closes(telemetry);
    await(() -> telemetry.status().exportFailures() > 0);
  }

  @Test
  void aHangingCollectorClosesInTime() throws Exception {
    status = 0;
    Telemetry telemetry = telemetry(here());
    request(telemetry);
    closes(telemetry);
    assertThat(telemetry.status().spansExported()).isZero();
  }

  @Test
  void aCollectorThatIsSilentIsNotWaitedForAtTheEnd() throws Exception {
    status = 0;
    Target patient =
        new Target(
            Protocol.HTTP_PROTOBUF,
            "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces",
            Map.of(),
            "",
            WATCHDOG.toMillis() * 100);
    Telemetry telemetry =
        new Telemetry(
            Given.SERVICE,
            Given.with(
                Given.with(Given.settings(), patient, patient), Exporter.OTLP, Exporter.NONE),
            new Timing(10, 2048, 512, WATCHDOG.toMillis() * 100, 60_000),
            Otlp::spans,
            Otlp::metrics);
    request(telemetry);
    assertTimeoutPreemptively(
        WATCHDOG, () -> telemetry.close(WATCHDOG.multipliedBy(100), Duration.ofMillis(1)));
  }

  @Test
  void aRefusingCollectorIsCountedAndTheApplicationGoesOn() throws Exception {
    status = 400; // not retried by the exporter, unlike 503
    Telemetry telemetry = telemetry(here());
    request(telemetry);
    telemetry.close(Duration.ofSeconds(30));
    assertThat(telemetry.status().spansExported()).isZero();
    assertThat(telemetry.status().spansDropped()).isEqualTo(2);
    assertThat(telemetry.status().exportFailures()).isEqualTo(2);
    assertThat(telemetry.status().lastError()).isEqualTo("HTTP 400");
  }

  @Test
  void anUnavailableCollectorClosesInTime() throws Exception {
    status = 503;
    Telemetry telemetry = telemetry(here());
    request(telemetry);
    await(() -> !arrived.isEmpty());
    closes(telemetry);
    assertThat(telemetry.status().spansExported()).isZero();
  }

  @Test
  void aFullQueueDropsAndCounts() throws Exception {
    status = 0;
    Telemetry telemetry =
        new Telemetry(
            Given.SERVICE,
            Given.with(here(), Exporter.OTLP, Exporter.NONE),
            new Timing(10, 8, 4, 30_000, 60_000),
            Otlp::spans,
            Otlp::metrics);
    request(telemetry);
    await(() -> !arrived.isEmpty()); // the collector hangs with the first spans
    int first = telemetry.status().spansQueued();
    for (int i = 0; i < 50; i++) {
      request(telemetry);
    }
    assertThat(telemetry.status().spansQueued()).isEqualTo(8);
    assertThat(telemetry.status().spansDropped()).isEqualTo(100 - (8 - first));
    closes(telemetry);
  }

  @Test
  void spansArriveByThemselvesAndAChangedTargetIsFollowed() throws Exception {
    Telemetry telemetry =
        new Telemetry(
            Given.SERVICE,
            Given.with(here(), Exporter.OTLP, Exporter.NONE),
            new Timing(10, 2048, 512, 30_000, 60_000),
            Otlp::spans,
            Otlp::metrics);
    request(telemetry);
    await(() -> telemetry.status().spansExported() == 2);
    Target other =
        new Target(
            Protocol.HTTP_PROTOBUF,
            "http://127.0.0.1:" + server.getAddress().getPort() + "/other",
            Map.of("x-api-key", "secret"),
            "",
            10_000);
    telemetry.apply(Given.with(Given.with(here(), other, other), Exporter.OTLP, Exporter.NONE));
    request(telemetry);
    await(() -> telemetry.status().spansExported() == 4);
    assertThat(arrived.get(arrived.size() - 1).path()).isEqualTo("/other");
    assertThat(arrived.get(arrived.size() - 1).headers().get("X-api-key"))
        .containsExactly("secret");
    assertThat(arrived.get(0).headers().get("User-agent"))
        .singleElement()
        .satisfies(agent -> assertThat(agent).startsWith("OTel-OTLP-Exporter-Java/"));
    assertThat(telemetry.status().tracesTarget()).doesNotContain("secret");
    telemetry.apply(Given.with(here(), Exporter.NONE, Exporter.NONE));
    int before = arrived.size();
    request(telemetry);
    telemetry.apply(Given.with(here(), Exporter.OTLP, Exporter.NONE));
    request(telemetry);
    await(() -> telemetry.status().spansExported() == 6);
    assertThat(arrived.subList(before, arrived.size()))
        .extracting(Arrived::path)
        .containsOnly("/v1/traces");
    closes(telemetry);
  }

  @Test
  void grpcSpeaksHttp2WithoutAsking() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Telemetry telemetry =
          telemetry(
              Given.with(
                  Given.with(
                      Given.settings(),
                      Given.target(Protocol.GRPC, "http://127.0.0.1:" + socket.getLocalPort()),
                      Given.target(Protocol.GRPC, "http://127.0.0.1:1")),
                  Exporter.OTLP,
                  Exporter.NONE));
      request(telemetry);
      socket.setSoTimeout(30_000);
      try (Socket accepted = socket.accept()) {
        accepted.setSoTimeout(30_000);
        assertThat(new String(accepted.getInputStream().readNBytes(24), StandardCharsets.US_ASCII))
            .isEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      }
      closes(telemetry);
    }
  }

  @Test
  void anUnreadableCertificateIsAnErrorOfTheExportAlone() throws Exception {
    Target target =
        new Target(Protocol.HTTP_PROTOBUF, "https://127.0.0.1:1", Map.of(), "/no/such.pem", 1000);
    Telemetry telemetry = telemetry(Given.with(Given.settings(), target, target));
    request(telemetry);
    telemetry.close(Duration.ofSeconds(30));
    assertThat(telemetry.status().lastError()).contains("such.pem");
  }

  @Test
  void aCollectorOfAPrivateAuthorityIsTrustedByItsCertificateAlone(@TempDir Path directory)
      throws Exception {
    TlsPair tls = TlsPair.make(directory);
    Path trusted = Files.writeString(directory.resolve("collector.pem"), tls.serverPem());
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(tls.server()));
    secure.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    secure.start();
    try {
      String url = "https://127.0.0.1:" + secure.getAddress().getPort() + "/v1/traces";
      assertThat(exported(url, trusted.toString())).isEqualTo(2);
      assertThat(exported(url, "")).as("trusted by whom?").isZero();
    } finally {
      secure.stop(0);
    }
  }

  private static long exported(String url, String certificate) {
    Target target = new Target(Protocol.HTTP_PROTOBUF, url, Map.of(), certificate, 10_000);
    Telemetry telemetry =
        telemetry(
            Given.with(Given.with(Given.settings(), target, target), Exporter.OTLP, Exporter.NONE));
    request(telemetry);
    telemetry.close(Duration.ofSeconds(30));
    return telemetry.status().spansExported();
  }

  @Test
  void theSdkWritesNothingToTheLogOfTheApplicationEvenAfterAReset() throws Exception {
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Telemetry telemetry = telemetry(here());
    Given.firstCall(telemetry);
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    status = 400;
    try {
      request(telemetry);
      telemetry.close(Duration.ofSeconds(30));
      assertThat(telemetry.status().exportFailures()).isEqualTo(2);
    } finally {
      root.removeHandler(handler);
    }
    assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
  }

  @Test
  void allThreadsAreDaemons() {
    Telemetry telemetry = telemetry(here());
    request(telemetry);
    telemetry.close(Duration.ofSeconds(30));
    request(telemetry);
    Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("inboard-") || t.getName().contains("OkHttp"))
        .forEach(t -> assertThat(t.isDaemon()).as(t.getName()).isTrue());
  }

  @Test
  void withoutExportersNothingIsSent() {
    Telemetry telemetry = telemetry(Given.with(here(), Exporter.NONE, Exporter.NONE));
    request(telemetry);
    closes(telemetry);
    assertThat(arrived).isEmpty();
    assertThat(telemetry.status().tracesTarget()).isEmpty();
  }
}
