// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inboard.settings.reading.SettingsReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What drops security has to stand at a URL as it has to in a file; the endpoint tags its answers,
 * and time is the test's.
 */
class StandingUrlTest {
  private static final String SECURED =
      "identity: {certificateChain: /c, privateKey: /k, trustBundle: /t}\n"
          + "inbound: {mtls: STRICT, authorization: [{action: DENY, to: {paths: [/x]}}]}\n";
  private static final String OPEN = "service: {name: open}\n";

  @TempDir private Path directory;

  private final List<Loaded> published = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private HttpServer server;
  private volatile String text = SECURED;
  private long now;

  /** What happens while a document has to stand. */
  private SettingsWatch.Pause meanwhile = millis -> {};

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void whatDropsSecurityHasToStandForFiveSecondsAndIsAskedForAllTheWhile() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    text = OPEN;
    List<Optional<String>> pending = new ArrayList<>();
    meanwhile = millis -> pending.add(watch.status().pending());
    watch.poll();

    assertThat(now).isEqualTo(5_000);
    assertThat(pending).hasSize(5).allMatch(Optional::isPresent);
    assertThat(published).hasSize(1);
    assertThat(published.get(0).settings().inbound().authorization()).isEmpty();
    assertThat(said.get(said.size() - 1)).startsWith("WARN ").contains("it drops the identity");
  }

  @Test
  void anAnswerOfAMomentCountsForNothing() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    text = OPEN;
    meanwhile =
        millis -> {
          if (now >= 4_000) {
            text = SECURED;
          }
        };
    watch.poll();
    watch.poll();

    assertThat(published).isEmpty();
    assertThat(watch.status().lastError()).isEmpty();
  }

  @Test
  void aFailureDuringTheWaitStartsItAgain() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    text = OPEN;
    meanwhile = millis -> text = now == 3_000 ? null : OPEN;
    watch.poll();
    assertThat(published).isEmpty();

    text = OPEN;
    watch.poll();
    assertThat(now).isEqualTo(8_000);
    assertThat(published).hasSize(1);
  }

  /** "Not modified" is said of an answer that was read and never counted, too. */
  @Test
  void anInterruptDuringTheWaitLosesNoChange() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    text = OPEN;
    meanwhile =
        millis -> {
          throw new InterruptedException();
        };
    assertThrows(InterruptedException.class, watch::poll);
    assertThat(watch.status().pending()).isEmpty();
    assertThat(published).isEmpty();

    meanwhile = millis -> {};
    watch.poll();
    assertThat(published).hasSize(1);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = text;
    if (body == null) {
      exchange.sendResponseHeaders(503, -1);
    } else {
      String tag = "\"" + body.hashCode() + "\"";
      exchange.getResponseHeaders().set("ETag", tag);
      if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
        exchange.sendResponseHeaders(304, -1);
      } else {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
      }
    }
    exchange.close();
  }

  private SettingsWatch watch() {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/a.yaml";
    return new SettingsWatch(
        SettingsSource.of(url, directory.toFile()),
        new SettingsReader(Map.of(), ""),
        Optional.empty(),
        published::add,
        new Said(said),
        millis -> {
          now += millis;
          meanwhile.millis(millis);
        });
  }
}
