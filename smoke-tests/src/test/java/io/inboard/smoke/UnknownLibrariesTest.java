// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Cli;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.OwnNetwork;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server and a client that no hook knows do not open, unseen, what the settings close. */
class UnknownLibrariesTest {
  @BeforeAll
  static void inANetworkOfItsOwn() throws SocketException {
    OwnNetwork.needed();
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll"})
  void aServerThatNoHookKnowsDoesNotServePlaintextWhereStrictIsAskedFor(String transport)
      throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder netty = Service.unknown("netty", transport, Jdks.own());
    netty.agent(Yaml.service("netty").identity(pki.issue("pay")).inbound("STRICT"));
    try (Service service = netty.launch()) {
      Program.Ended ended = service.program().end(PATIENCE);
      assertThat(ended.exit()).isEqualTo(1);
      assertThat(ended.err())
          .contains(
              "port "
                  + netty.port()
                  + " does not open: org.apache.hbase.thirdparty.io.netty.channel.")
          .contains("inbound.mtls is STRICT")
          .contains("portLevelMtls: {" + netty.port() + ": DISABLE}");
    }
    Service.Builder exempt = Service.unknown("netty", transport, Jdks.own());
    exempt.agent(
        Yaml.service("netty")
            .identity(pki.issue("pay"))
            .with(
                "inbound: {mtls: STRICT, portLevelMtls: {%s: DISABLE}}\n"
                    .formatted(exempt.port())));
    try (Service service = exempt.start()) {
      assertThat(Http.body(service.url("/"))).isEqualTo("hello from netty");
      assertThat(port(service).get("treatment").asText()).isEqualTo("exempt by portLevelMtls");
      assertThat(service.warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll"})
  void aServerThatNoHookKnowsIsNamedWhereItIsNotRefused(String transport) throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder netty = Service.unknown("netty", transport, Jdks.own());
    netty.agent(Yaml.service("netty").identity(pki.issue("pay")).inbound("PERMISSIVE"));
    try (Service service = netty.start()) {
      assertThat(Http.body(service.url("/"))).isEqualTo("hello from netty");
      assertThat(service.warnings())
          .singleElement()
          .asString()
          .contains(
              "port " + netty.port(),
              "org.apache.hbase.thirdparty.io.netty.channel.",
              "no hook knows");
      assertThat(port(service).get("treatment").asText()).isEqualTo("not secured");
      assertThat(port(service).get("server").asText())
          .startsWith("org.apache.hbase.thirdparty.io.netty.channel.");
      // Long names begin a line of their own.
      assertThat(Cli.run("status", "" + service.program().pid()).out().replaceAll("\\s+", " "))
          .contains("listening ")
          .contains(
              ":" + netty.port() + ", not secured; org.apache.hbase.thirdparty.io.netty.channel.");

      // Too late to refuse it; said, and listed.
      Yaml.service("netty")
          .identity(pki.issue("pay"))
          .inbound("STRICT")
          .write(netty.settingsFile());
      service.program().awaitLine("is not closed, the next start refuses it");
      assertThat(port(service).get("treatment").asText())
          .isEqualTo("not secured; open before it would have been refused");
    }
  }

  @Test
  void aClientThatNoHookKnowsIsNamedOrRefusedWhereMutualTlsIsAskedFor() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
        Service.plain("pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("PERMISSIVE"))
            .start()) {
      Service.Builder front = Service.unknown("web", "nio", Jdks.own());
      Yaml quiet =
          Yaml.service("web")
              .identity(pki.issue("web"))
              .with("inbound: {unknownServers: IGNORE}\n");
      String destination =
          """
          - host: pay
            endpoints: ["%s"]
            tls: {mode: MUTUAL}
            unknownClients: %s
          """;
      front.agent(quiet.destinations(destination.formatted(back.address(), "WARN")));
      try (Service service = front.start()) {
        String call = service.url("/?url=" + Service.encode(back.url("/hello")));
        assertThat(Http.body(call)).isEqualTo("status 200");
        assertThat(Http.body(call)).isEqualTo("status 200");
        assertThat(service.warnings())
            .singleElement()
            .asString()
            .contains("destination pay", "shop.unknown.NettyService", "no hook knows");
        JsonNode seen = unmeshed(service);
        assertThat(seen.get("outcome").asText()).isEqualTo("not secured");
        assertThat(seen.get("count").asInt()).isEqualTo(2);

        quiet
            .destinations(destination.formatted(back.address(), "REFUSE"))
            .write(front.settingsFile());
        Await.until(
            "the refusal", PATIENCE, () -> Http.body(call).contains("no connection to pay"));
        assertThat(Http.body(call)).contains("shop.unknown.NettyService");
      }
    }
  }

  private static JsonNode port(Service service) {
    for (JsonNode port : service.status().get("sockets").get("listening")) {
      if (port.get("port").asInt() == service.port()) {
        return port;
      }
    }
    throw new AssertionError("not listed: " + service.status());
  }

  private static JsonNode unmeshed(Service service) {
    for (JsonNode seen : service.status().get("sockets").get("unmeshed")) {
      if (seen.get("role").asText().equals("client")) {
        return seen;
      }
    }
    throw new AssertionError("not listed: " + service.status());
  }
}
