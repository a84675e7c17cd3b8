// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoints of a destination stand in a file, which changes while calls run. */
class EndpointsFileTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path directory;
  private Path list;

  @Test
  void endpointsThatChangeInAFileFailNoRequest() throws Exception {
    list = directory.resolve("endpoints.yaml");
    Pki pki = new Pki(directory);
    Path pay = pki.issue("pay");
    try (Service one = back("one", pay);
        Service two = back("two", pay)) {
      say(lines(one));
      Service.Builder builder =
          Service.boot("boot-3.5", "web", Jdks.own()).agent(settings(pki.issue("web")));
      try (Service front = builder.start()) {
        List<Load> loads = List.of(load(front, "url-connection"), load(front, "jdk"));
        try {
          for (int round = 0; round < 5; round++) {
            say(lines(two) + nobody(10_000));
            awaitEntries(front, 10_001);
            loads.forEach(load -> load.awaitMore(20));
            say(lines(one));
            awaitEntries(front, 1);
            loads.forEach(load -> load.awaitMore(20));
          }
          say("- half a li");
          Await.until("a stale file", SOON, () -> file(front).get("stale").asBoolean());
          loads.forEach(load -> load.awaitMore(20));
          say("[]"); // Which counts after its grace only.
          awaitEntries(front, 0);
          loads.forEach(load -> load.awaitMore(20));
        } finally {
          loads.forEach(Load::stop);
        }
        assertThat(loads).allSatisfy(load -> assertThat(load.failures()).isEmpty());
        assertThat(front.warnings()).hasSize(2);
        assertThat(front.warnings().get(0)).contains("endpoints.yaml", "last good");
        assertThat(front.warnings().get(1)).contains("endpoints.yaml", "lists none");
      }
    }
  }

  @Test
  void withoutAnEndpointNothingIsSentInTheClear() throws Exception {
    list = directory.resolve("endpoints.yaml");
    Pki pki = new Pki(directory);
    try (Service host = Service.plain("host", Jdks.own()).start()) {
      // The host of the URL can be resolved, and answers everybody.
      String url = "http://localhost:" + host.port() + "/hello";
      Service.Builder builder =
          Service.boot("boot-3.5", "web", Jdks.own())
              .agent(
                  Yaml.service("web")
                      .identity(pki.issue("web"))
                      .destinations("- {host: localhost, discovery: {file: " + list + "}}\n"));
      try (Service front = builder.start()) {
        for (String client : new String[] {"url-connection", "jdk", "jdk-async"}) {
          assertThat(Http.get(front.callUrl(client, url)).statusCode()).as(client).isEqualTo(502);
        }
        say("[]");
        Await.until("a list", SOON, () -> file(front).get("changes").asInt() == 1);
        for (String client : new String[] {"url-connection", "jdk", "jdk-async"}) {
          assertThat(Http.get(front.callUrl(client, url)).statusCode()).as(client).isEqualTo(502);
        }
      }
    }
  }

  private static Service back(String name, Path identity) {
    return Service.boot("boot-3.5", name, Jdks.own())
        .agent(Yaml.service("pay").identity(identity).inbound("STRICT"))
        .start();
  }

  private Yaml settings(Path identity) {
    return Yaml.service("web")
        .identity(identity)
        .destinations(
            """
            - host: pay
              discovery: {file: %s, emptyGrace: 5m}
            """
                .formatted(list));
  }

  private static Load load(Service front, String client) {
    return Load.closed(2, 10, () -> Http.body(front.callUrl(client, "http://pay/hello")));
  }

  private static String lines(Service endpoint) {
    return "- \"" + endpoint.address() + "\"\n";
  }

  /** Endpoints that get calls only while there is no other. */
  private static String nobody(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> "- {address: \"10.9." + (i >> 8) + '.' + (i & 255) + ":80\", draining: true}")
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void say(String text) throws IOException {
    Path fresh = Files.writeString(directory.resolve("endpoints.new"), text);
    Files.move(fresh, list, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void awaitEntries(Service front, int count) {
    Await.until(count + " entries", SOON, () -> file(front).get("endpoints").asInt() == count);
  }

  private static JsonNode file(Service front) {
    return front.status().get("endpointFiles").get(0);
  }
}
