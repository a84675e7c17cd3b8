// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import io.inboard.settings.source.SettingsSource.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings from a real HTTP endpoint, and what endpoints do wrong. */
class UrlSettingsTest {
  private static final Duration BUDGET = Duration.ofSeconds(10);

  @TempDir private Path directory;

  private final List<Loaded> published = new CopyOnWriteArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;

  /** What the endpoint does at the next request. */
  private volatile HttpHandler answer;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer.handle(exchange));
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void theGetIsConditionalOnceThereIsATag() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    answer =
        exchange -> {
          String tag = exchange.getRequestHeaders().getFirst("If-None-Match");
          asked.add(tag + " " + exchange.getRequestHeaders().getFirst("If-Modified-Since"));
          exchange.getResponseHeaders().set("ETag", "\"v1\"");
          exchange.getResponseHeaders().set("Last-Modified", "Sat, 01 Aug 2026 00:00:00 GMT");
          if ("\"v1\"".equals(tag)) {
            exchange.sendResponseHeaders(304, -1);
            exchange.close();
          } else {
            respond(exchange, 200, "application/yaml", "service: {name: a}");
          }
        };
    SettingsWatch watch = watch("/orders.yaml");

    assertThat(watch.load().settings().service().name()).isEqualTo("a");
    watch.poll();
    watch.poll();

    assertThat(asked)
        .containsExactly(
            "null null",
            "\"v1\" Sat, 01 Aug 2026 00:00:00 GMT",
            "\"v1\" Sat, 01 Aug 2026 00:00:00 GMT");
    assertThat(published).isEmpty();
    assertThat(said).isEmpty();
  }

  /** What no request can carry is not sent back; the settings are read all the same. */
  @Test
  void aTagThatNoRequestCanCarryIsForgotten() throws Exception {
    String[] text = {"service: {name: a}"};
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"v\u00011\u00e9\"");
          exchange.getResponseHeaders().set("Last-Modified", "yester\u0001day");
          respond(exchange, 200, "application/yaml", text[0]);
        };
    SettingsWatch watch = watch("/orders.yaml");
    watch.load();
    text[0] = "service: {name: b}";
    watch.poll();

    assertThat(published).hasSize(1);
    assertThat(said).noneMatch(line -> line.startsWith("WARN"));
  }

  @Test
  void whatAnEndpointDoesWrongIsSaidOnceEachAndItsRecoveryOnce() throws Exception {
    good("service: {name: a}");
    SettingsWatch watch = watch("/orders.yaml");
    watch.load();

    answer = exchange -> respond(exchange, 404, "text/plain", "gone");
    pollThrice(watch);
    answer = exchange -> respond(exchange, 500, "text/plain", "oops");
    pollThrice(watch);
    answer = exchange -> respond(exchange, 200, "text/html", "<html>Log in</html>");
    pollThrice(watch);
    answer = exchange -> respond(exchange, 200, "text/plain", "<html>Log in</html>");
    pollThrice(watch);
    answer = exchange -> respond(exchange, 200, "text/plain", "");
    pollThrice(watch);
    answer = exchange -> respond(exchange, 200, "application/yaml", "serv: 1");
    pollThrice(watch);

    assertThat(said).hasSize(6);
    assertThat(said).allMatch(line -> line.startsWith("WARN ") && line.contains("stays in force"));
    assertThat(said.get(0)).contains("answers 404 (not found); is the path right?");
    assertThat(said.get(1)).contains("answers 500");
    assertThat(said.get(2)).contains("web page");
    assertThat(said.get(3)).contains("markup");
    assertThat(said.get(4)).contains("answers with nothing");
    assertThat(said.get(5)).contains("/orders.yaml:1:1 serv: is an unknown key");
    assertThat(published).isEmpty();
    assertThat(watch.status().failures()).as("bad content counts once").isEqualTo(16);

    good("service: {name: a}");
    pollThrice(watch);
    assertThat(said).hasSize(7);
    assertThat(said.get(6)).contains("read again");
    assertThat(watch.status().lastError()).isEmpty();

    good("service: {name: b}");
    watch.poll();
    assertThat(published).singleElement().satisfies(l -> assertThat(name(l)).isEqualTo("b"));
  }

  @Test
  void fiftyMegabytesAreCutOffWhileTheyAreRead() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            byte[] block = "# x\n".repeat(16 * 1024).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 800; i++) {
              body.write(block);
            }
          }
        };

    assertThat(problem("/big"))
        .isEqualTo(
            "answers with more than 16 MiB; settings are a few kilobytes; is the address right?");
  }

  @Test
  void whatIsTooLargeButAsksForStrictOpensNoPort() {
    answer = exchange -> tooLarge(exchange, "inbound: {mtls: STRICT}\n");
    assertThat(watch("/big").load().origin()).isEqualTo(Loaded.Origin.REFUSING);
    answer = exchange -> tooLarge(exchange, "service: {name: a}\n");
    assertThat(watch("/large").load().origin()).isEqualTo(Loaded.Origin.DEFAULTS);
  }

  @Test
  void anAnswerThatBreaksOffButAsksForAuthorizationOpensNoPort() {
    answer =
        exchange -> {
          byte[] begun = "inbound:\n  authorization:\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, begun.length + 1);
          exchange.getResponseBody().write(begun);
          exchange.getResponseBody().flush();
          throw new IOException("it breaks off");
        };
    assertThat(watch("/broken").load().origin()).isEqualTo(Loaded.Origin.REFUSING);
  }

  private static void tooLarge(HttpExchange exchange, String begin) throws IOException {
    byte[] block = "# x\n".repeat(256 * 1024).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(begin.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 20; i++) {
        body.write(block);
      }
    }
  }

  @Test
  void aSlowEndpointIsGivenUp() {
    answer = exchange -> await();
    SettingsSource source = SettingsSource.of(url("/slow"), directory.toFile());

    assertThat(((Answer.Failed) source.read(Duration.ofMillis(300))).problem())
        .isEqualTo("did not answer within 300ms");
  }

  @Test
  void anEndpointThatDripsIsGivenUpAsWell() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (over.getCount() > 0) {
            exchange.getResponseBody().write('#');
            exchange.getResponseBody().flush();
            sleepOrOver(20);
          }
        };
    SettingsSource source = SettingsSource.of(url("/drip"), directory.toFile());

    assertThat(((Answer.Failed) source.read(Duration.ofMillis(400))).problem())
        .isEqualTo("did not answer within 400ms");
  }

  @Test
  void nobodyThereIsSaidPlainly() {
    server.stop(0);

    assertThat(problem("/x")).startsWith("cannot be connected to: ");
    assertThat(
            ((Answer.Failed)
                    SettingsSource.of("http://no-such-host.invalid/x", directory.toFile())
                        .read(BUDGET))
                .problem())
        .isEqualTo("its host name is not known");
  }

  @Test
  void redirectsAreFollowedWithinHttp() throws Exception {
    answer =
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/old")) {
            exchange.getResponseHeaders().set("Location", "/new");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
          } else {
            respond(exchange, 200, "application/json", "{\"service\": {\"name\": \"a\"}}");
          }
        };
    assertThat(watch("/old").load().settings().service().name()).isEqualTo("a");

    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", "file:///etc/passwd");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        };
    assertThat(problem("/old")).isEqualTo("answers 302");
  }

  @Test
  void credentialsAreSentAndNeverShown() throws Exception {
    List<String> authorization = new CopyOnWriteArrayList<>();
    answer =
        exchange -> {
          authorization.add(exchange.getRequestHeaders().getFirst("Authorization"));
          respond(exchange, 403, "text/plain", "");
        };
    String url = url("/orders.yaml?token=hunter2").replace("http://", "http://me:hunter2@");
    SettingsWatch watch = watchAll(url);
    watch.load();

    assertThat(authorization).containsExactly("Basic bWU6aHVudGVyMg==");
    assertThat(said).hasSize(1);
    assertThat(said.toString() + watch.status()).doesNotContain("hunter2");
  }

  @Test
  void theLastGoodSettingsAreKeptOnDiskAndUsedWhenTheEndpointIsAway() throws Exception {
    good("service: {name: a}");
    SettingsWatch before = watch("/orders.yaml");
    before.load();
    before.poll();
    Path kept;
    try (var files = Files.list(directory.resolve("inboard"))) {
      kept = files.findFirst().orElseThrow();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.getParent())))
        .isEqualTo("rwx------");

    answer = exchange -> respond(exchange, 500, "text/plain", "");
    SettingsWatch after = watch("/orders.yaml");
    Loaded loaded = after.load();

    assertThat(name(loaded)).isEqualTo("a");
    assertThat(loaded.origin()).isEqualTo(Origin.DISK_COPY);
    assertThat(said).singleElement().asString().contains("answers 500", "kept on disk");
    assertThat(name(watch("/another.yaml").load())).as("of another URL").isNotEqualTo("a");

    good("service: {name: a}");
    after.poll();
    assertThat(after.status().origin()).isEqualTo(Origin.SOURCE);
    assertThat(after.status().lastError()).isEmpty();
  }

  @Test
  void aCopyThatOthersMayWriteIsNotTrusted() throws Exception {
    good("service: {name: a}");
    SettingsWatch before = watch("/orders.yaml");
    before.load();
    before.poll();
    Files.setPosixFilePermissions(
        directory.resolve("inboard"), PosixFilePermissions.fromString("rwxrwxrwx"));

    answer = exchange -> respond(exchange, 500, "text/plain", "");
    assertThat(watch("/orders.yaml").load().origin()).isEqualTo(Origin.DEFAULTS);
    assertThat(said).anyMatch(line -> line.contains("may be written by others"));
  }

  @Test
  void aCopyThatIsASymbolicLinkIsNotTrusted() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("inboard"), elsewhere);
    good("service: {name: a}");
    SettingsWatch watch = watch("/orders.yaml");
    watch.load();
    watch.poll();

    assertThat(elsewhere).isEmptyDirectory();
    assertThat(said).anyMatch(line -> line.contains("symbolic link"));
  }

  @Test
  void aBadFirstAnswerFallsBackToTheCopy() throws Exception {
    good("service: {name: a}");
    SettingsWatch before = watch("/orders.yaml");
    before.load();
    before.poll();

    good("service: {nam: b}");
    assertThat(name(watch("/orders.yaml").load())).isEqualTo("a");
  }

  @Test
  void threadsOfARequestDoNotPileUp() throws Exception {
    good("service: {name: a}");
    SettingsSource source = SettingsSource.of(url("/orders.yaml"), directory.toFile());
    source.read(BUDGET);
    int before = Thread.activeCount();
    for (int i = 0; i < 100; i++) {
      assertThat(source.read(BUDGET)).isInstanceOf(Answer.Text.class);
    }
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(before + 5);
  }

  private void good(String text) {
    answer = exchange -> respond(exchange, 200, "application/yaml", text);
  }

  private static void respond(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void await() {
    sleepOrOver(20_000);
  }

  private void sleepOrOver(long millis) {
    try {
      over.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String problem(String path) {
    return ((Answer.Failed) SettingsSource.of(url(path), directory.toFile()).read(BUDGET))
        .problem();
  }

  private static void pollThrice(SettingsWatch watch) throws InterruptedException {
    watch.poll();
    watch.poll();
    watch.poll();
  }

  private static String name(Loaded loaded) {
    return loaded.settings().service().name();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private SettingsWatch watch(String path) {
    return watchAll(url(path));
  }

  private SettingsWatch watchAll(String url) {
    SettingsSource source = SettingsSource.of(url, directory.toFile());
    return new SettingsWatch(
        source,
        new SettingsReader(Map.of(), ""),
        Optional.of(DiskCopy.in(directory.resolve("inboard"), url)),
        published::add,
        new SettingsWatch.Voice() {
          @Override
          public void info(String line) {
            said.add(line);
          }

          @Override
          public void warn(String line) {
            said.add("WARN " + line);
          }
        },
        millis -> {});
  }
}
