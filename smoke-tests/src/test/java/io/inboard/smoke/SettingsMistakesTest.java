// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.SettingsServer;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong costs one clear line; the application starts all the same. */
class SettingsMistakesTest {
  @TempDir Path directory;

  @Test
  void aDirectory() throws Exception {
    assertOneLine(directory.toString(), directory.toString(), "is a directory");
  }

  @Test
  void aMissingFile() throws Exception {
    assertOneLine(directory + "/none.yaml", "none.yaml", "no such file");
  }

  @Test
  void tabsInYaml() throws Exception {
    Path file = Files.writeString(directory.resolve("tabs.yaml"), "service:\n\tname: web\n");
    assertOneLine(file.toString(), "tabs.yaml", "2", "tab");
  }

  @Test
  void anUnknownKey() throws Exception {
    Path file = Files.writeString(directory.resolve("key.yaml"), "servce:\n  name: web\n");
    assertOneLine(file.toString(), "key.yaml", "servce", "service");
  }

  @Test
  void anEndpointThatAnswers404() throws Exception {
    try (SettingsServer server = SettingsServer.behaving(e -> e.sendResponseHeaders(404, -1))) {
      assertOneLine(server.url(), server.url(), "404");
    }
  }

  @Test
  void anEndpointThatAnswers500() throws Exception {
    try (SettingsServer server = SettingsServer.behaving(e -> e.sendResponseHeaders(500, -1))) {
      assertOneLine(server.url(), server.url(), "500");
    }
  }

  @Test
  void anEndpointThatAnswersHtml() throws Exception {
    byte[] page = "<!doctype html><html><body>Log in</body></html>".getBytes(UTF_8);
    try (SettingsServer server =
        SettingsServer.behaving(
            e -> {
              e.getResponseHeaders().set("Content-Type", "text/html");
              e.sendResponseHeaders(200, page.length);
              e.getResponseBody().write(page);
            })) {
      assertOneLine(server.url(), server.url(), "web page");
    }
  }

  @Test
  void anEndpointThatAnswersWithFiftyMegabytes() throws Exception {
    try (SettingsServer server =
        SettingsServer.behaving(
            e -> {
              e.sendResponseHeaders(200, 0);
              byte[] block =
                  "# all work and no play makes Jack a dull boy\n".repeat(1000).getBytes(UTF_8);
              for (int sent = 0; sent < 50_000_000; sent += block.length) {
                e.getResponseBody().write(block);
              }
            })) {
      assertOneLine(server.url(), server.url(), "16 MiB");
    }
  }

  @Test
  void anEndpointThatNeverAnswers() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (SettingsServer server =
        SettingsServer.behaving(
            e -> {
              try {
                over.await(60, TimeUnit.SECONDS);
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
            })) {
      assertOneLine(server.url(), server.url(), "did not answer within");
      over.countDown();
    }
  }

  @Test
  void anEndpointThatIsNotThere() throws Exception {
    String url = "http://127.0.0.1:" + Ports.free() + "/settings.yaml";
    assertOneLine(url, url, "cannot be connected to");
  }

  @Test
  void aCertificateThatDoesNotMatchItsKey() throws Exception {
    Pki pki = new Pki(directory);
    Path web = pki.issue("web");
    Files.copy(
        pki.issue("other").resolve("key.pem"),
        web.resolve("key.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertOneLine(settings(web), "key.pem", "match");
  }

  @Test
  void anExpiredCertificate() throws Exception {
    Path web = new Pki(directory).expired("web");
    assertOneLine(settings(web), "cert-chain.pem", "expired");
  }

  private String settings(Path identity) {
    Path file = directory.resolve("settings.yaml");
    Yaml.service("web").identity(identity).with("inbound: {mtls: PERMISSIVE}\n").write(file);
    return file.toString();
  }

  /** The application serves, and exactly one warning names what is wrong and where. */
  private static void assertOneLine(String argument, String... parts) throws Exception {
    try (Service web =
        Service.plain("web", Jdks.own())
            .environment("XDG_CACHE_HOME", Tree.work("disk-copy").toString())
            .agentArgument(argument)
            .start()) {
      assertThat(Http.body(web.url("/hello"))).isEqualTo("hello from web");
      Await.until("a warning", Duration.ofSeconds(20), () -> !web.warnings().isEmpty());
      // Long enough for a second one, if each look at the source brought one.
      Await.pause(1_500);
      assertThat(web.warnings()).as(web.program().toString()).hasSize(1);
      assertThat(web.warnings().get(0)).contains(parts);
      assertThat(Http.body(web.url("/hello"))).isEqualTo("hello from web");
    }
  }
}
