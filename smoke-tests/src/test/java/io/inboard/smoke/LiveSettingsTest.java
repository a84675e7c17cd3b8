// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.SettingsServer;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Settings change while the service runs. */
class LiveSettingsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static Service blue;
  private static Service green;

  @BeforeAll
  static void start() {
    blue = Service.plain("blue", Jdks.own()).start();
    green = Service.plain("green", Jdks.own()).start();
  }

  @AfterAll
  static void stop() {
    blue.close();
    green.close();
  }

  @Test
  void aChangedFileTakesEffect() throws Exception {
    Service.Builder builder = Service.boot("boot-3.5", "web", Jdks.own()).agent(to(blue));
    try (Service front = builder.start()) {
      for (String client : new String[] {"url-connection", "jdk"}) {
        assertThat(Http.body(front.callUrl(client, "http://pay/hello")))
            .isEqualTo("hello from blue");
      }
      to(green).write(builder.settingsFile());
      for (String client : new String[] {"url-connection", "jdk"}) {
        awaitAnswer(front.callUrl(client, "http://pay/hello"), "hello from green");
      }
      // What cannot be read never replaces what is good.
      to(blue).with("destinatons: []\n").write(builder.settingsFile());
      Await.until("a warning", SOON, () -> front.warnings().size() == 1);
      assertThat(front.warnings().get(0)).contains("destinatons").contains("destinations");
      assertThat(Http.body(front.callUrl("jdk", "http://pay/hello"))).isEqualTo("hello from green");
    }
  }

  @Test
  void aChangedEndpointTakesEffect() throws Exception {
    AtomicReference<Yaml> settings = new AtomicReference<>(to(blue));
    try (SettingsServer server = SettingsServer.of(() -> settings.get().text());
        Service front =
            Service.boot("boot-4", "web", Jdks.own()).agentArgument(server.url()).start()) {
      String call = front.callUrl("jdk", "http://pay/hello");
      assertThat(Http.body(call)).isEqualTo("hello from blue");
      settings.set(to(green));
      awaitAnswer(call, "hello from green");
    }
  }

  @Test
  void theLastGoodVersionServesAStartWithoutTheEndpoint() throws Exception {
    String cache = Tree.work("disk-copy").toString();
    SettingsServer server = SettingsServer.of(() -> to(blue).text());
    try (server;
        Service front = withCache(cache, server.url()).start()) {
      assertThat(Http.body(front.callUrl("jdk", "http://pay/hello"))).isEqualTo("hello from blue");
      // It is on disk when a second version is asked for.
      Await.until("a copy on disk", SOON, () -> Files.list(Path.of(cache)).findAny().isPresent());
    }
    try (Service again = withCache(cache, server.url()).start()) {
      assertThat(Http.body(again.callUrl("jdk", "http://pay/hello"))).isEqualTo("hello from blue");
      assertThat(again.warnings()).hasSize(1);
    }
  }

  @Test
  void theKillSwitchMakesTheServiceAsWithoutTheAgentAndBack() throws Exception {
    Service.Builder builder = Service.boot("boot-2.7", "web", Jdks.own()).agent(to(blue));
    try (Service front = builder.start()) {
      String byName = front.callUrl("url-connection", "http://pay/hello");
      String headers = front.callUrl("jdk", blue.url("/headers"));
      assertThat(Http.body(byName)).isEqualTo("hello from blue");
      assertThat(Http.body(headers)).contains("traceparent");

      to(blue).with("enabled: false\n").write(builder.settingsFile());
      Await.until("nobody knows the name", SOON, () -> Http.get(byName).statusCode() == 502);
      assertThat(Http.body(headers)).doesNotContain("traceparent");
      assertThat(Http.body(front.url("/hello"))).isEqualTo("hello from web");

      to(blue).write(builder.settingsFile());
      awaitAnswer(byName, "hello from blue");
      assertThat(Http.body(headers)).contains("traceparent");
    }
  }

  private static Service.Builder withCache(String cache, String url) {
    return Service.plain("web", Jdks.own()).environment("XDG_CACHE_HOME", cache).agentArgument(url);
  }

  private static Yaml to(Service back) {
    return Yaml.service("web")
        .destinations("- {host: pay, endpoints: [\"" + back.address() + "\"]}\n");
  }

  private static void awaitAnswer(String url, String answer) {
    Await.untilAsserted(SOON, () -> assertThat(Http.body(url)).isEqualTo(answer));
  }
}
