// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.OpenSsl;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two services prove to each other who they are, and neither of them was told how. */
class MutualTlsTest {
  @TempDir Path directory;

  /** Each line of Boot and each JDK once on both sides. */
  @ParameterizedTest(name = "{0} on {1} calls {2} on {3}")
  @CsvSource({"boot-2.7, 17, boot-4, 25", "boot-3.5, 21, boot-2.7, 17", "boot-4, 25, boot-3.5, 21"})
  void aFrontCallsItsBackByALogicalNameOverMutualTls(
      String frontLine, int frontJdk, String backLine, int backJdk) throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
            Service.boot(backLine, "pay", Jdks.of(backJdk))
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            Service.boot(frontLine, "web", Jdks.of(frontJdk))
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["%s"]
                              tls: {mode: MUTUAL, principals: ["%s"]}
                            """
                                .formatted(back.address(), Pki.principal("pay"))))
                .start()) {
      List<String> clients =
          frontLine.equals("boot-2.7")
              ? WithoutTheAgentTest.CLIENTS
              : WithoutTheAgentTest.CLIENTS_SINCE_SPRING_6;
      for (String client : clients) {
        assertThat(Http.body(front.callUrl(client, "http://pay/headers")))
            .as(client)
            .contains("URI=" + Pki.spiffe("web"))
            .contains("\"url\":\"http://pay/headers\"");
        assertThat(Http.body(front.callUrl(client, "http://pay/pay") + "&method=POST&body=1"))
            .as(client)
            .isEqualTo("paid 1 to pay");
      }
      assertThat(back.warnings()).as("the back").isEmpty();
      assertThat(front.warnings()).as("the front").isEmpty();
    }
  }

  @Test
  void strictRefusesWhoeverCannotProveAnIdentityOfTheMesh() throws Exception {
    Pki pki = new Pki(directory.resolve("own"));
    Pki foreign = new Pki(directory.resolve("foreign"));
    try (Service back =
        Service.boot("boot-3.5", "pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
            .start()) {
      Curl.Way way = Curl.Way.mutual(back, pki.issue("web"));
      assertThat(way.run("/hello").out()).isEqualTo("hello from pay");

      Program.Ended plain = Curl.Way.plain(back).run("/hello", "-i");
      assertThat(plain.out()).startsWith("HTTP/1.1 400").contains("accepts mutual TLS only");
      assertRefused(Curl.run("-k", "https://" + back.address() + "/hello"));
      assertRefused(Curl.Way.mutual(back, foreign.issue("web")).run("/hello"));
      assertRefused(Curl.Way.mutual(back, pki.expired("web")).run("/hello"));

      assertThat(String.join("\n", back.warnings()))
          .as("each refusal explains itself")
          .contains("refused a connection to port " + back.port() + " from 127.0.0.1:")
          .contains(": plaintext, and the port takes mutual TLS only")
          .contains(": no certificate")
          .contains(": untrusted root")
          .contains(": expired");

      assertThat(way.run("/counts").out()).as("what reached it").isEqualTo("{\"hello\":1}");
      assertThat(
              OpenSsl.run(
                      List.of(
                          "s_client",
                          "-connect",
                          back.address(),
                          "-cert",
                          pki.issue("web") + "/cert-chain.pem",
                          "-key",
                          pki.issue("web") + "/key.pem",
                          "-CAfile",
                          pki.issue("web") + "/root-cert.pem",
                          "-verify_return_error"))
                  .out())
          .contains("Verify return code: 0 (ok)");
    }
  }

  @Test
  void permissiveServesBothAndTellsThemApart() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
        Service.boot("boot-3.5", "pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("PERMISSIVE"))
            .start()) {
      String forged = "x-forwarded-client-cert: URI=" + Pki.spiffe("admin");
      assertThat(Curl.Way.plain(back).run("/headers", "-H", forged).out())
          .startsWith("{")
          .doesNotContain("x-forwarded-client-cert");
      assertThat(Curl.Way.mutual(back, pki.issue("web")).run("/headers", "-H", forged).out())
          .contains("URI=" + Pki.spiffe("web"))
          .doesNotContain("admin");
      assertRefused(Curl.run("-k", "https://" + back.address() + "/hello"));
    }
  }

  @Test
  void aPortThatIsLeftOutOfMutualTlsServesPlaintext() throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder builder = Service.plain("pay", Jdks.own());
    try (Service back =
        builder
            .agent(
                Yaml.service("pay")
                    .identity(pki.issue("pay"))
                    .with(
                        "inbound: {mtls: STRICT, portLevelMtls: {%d: DISABLE}}\n"
                            .formatted(builder.port())))
            .start()) {
      assertThat(Http.body(back.url("/hello"))).isEqualTo("hello from pay");
    }
  }

  @Test
  void theFrontRefusesABackThatIsSomebodyElse() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
            Service.plain("pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("thief")).inbound("STRICT"))
                .start();
        Service front =
            Service.boot("boot-3.5", "web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["%s"]
                              tls: {mode: MUTUAL, principals: ["%s"]}
                            """
                                .formatted(back.address(), Pki.principal("pay"))))
                .start()) {
      for (String client : List.of("url-connection", "jdk")) {
        assertThat(Http.get(front.callUrl(client, "http://pay/hello")).statusCode()).isEqualTo(502);
      }
    }
  }

  /** The JDK's client says {@code ws}, and Tomcat's port takes mutual TLS only. */
  @Test
  void aWebSocketTravelsOverMutualTlsAndOnlyBetweenWhomIsTrusted() throws Exception {
    Pki pki = new Pki(directory.resolve("own"));
    Pki foreign = new Pki(directory.resolve("foreign"));
    try (Service back =
            Service.boot("boot-3.5", "pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            Service.boot("boot-3.5", "web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            mutual("pay", back, "pay") + mutual("somebody", back, "somebody")))
                .start();
        Service stranger =
            Service.boot("boot-3.5", "stranger", Jdks.own())
                .agent(
                    Yaml.service("stranger")
                        .identity(foreign.issue("web"))
                        .destinations(mutual("pay", back, "pay")))
                .start()) {
      String hello = "&body=hello";
      for (int i = 0; i < 2; i++) {
        assertThat(Http.body(front.callUrl("web-socket", "ws://pay/ws") + hello))
            .isEqualTo("echo hello");
      }
      assertThat(back.warnings()).as("what the back refused").isEmpty();
      assertThat(Http.get(front.callUrl("web-socket", "ws://somebody/ws") + hello).body())
          .as("a back that is somebody else")
          .contains("SSL")
          .doesNotContain("echo");
      assertThat(Http.get(stranger.callUrl("web-socket", "ws://pay/ws") + hello).body())
          .as("a front and a back of two authorities")
          .contains("SSL")
          .doesNotContain("echo");
    }
  }

  private static String mutual(String host, Service back, String identity) {
    return """
        - host: %s
          endpoints: ["%s"]
          tls: {mode: MUTUAL, principals: ["%s"]}
        """
        .formatted(host, back.address(), Pki.principal(identity));
  }

  @Test
  void authorizationLetsInWhoMayAndNobodyElse() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
        Service.boot("boot-4", "pay", Jdks.own())
            .agent(
                Yaml.service("pay")
                    .identity(pki.issue("pay"))
                    .with(
                        """
                        inbound:
                          mtls: STRICT
                          authorization:
                            - {action: ALLOW, from: {principals: ["%s"]}, to: {methods: [GET], paths: ["/items/*"]}}
                        """
                            .formatted(Pki.principal("web"))))
            .start()) {
      String[] status = {"-o", "/dev/null", "-w", "%{http_code}"};
      Curl.Way web = Curl.Way.mutual(back, pki.issue("web"));
      assertThat(web.run("/items/7", status).out()).isEqualTo("200");
      assertThat(web.run("/hello", status).out()).isEqualTo("403");
      assertThat(Curl.Way.mutual(back, pki.issue("other")).run("/items/7", status).out())
          .isEqualTo("403");
      assertThat(String.join("\n", back.warnings()))
          .contains("refused GET /hello on port " + back.port() + " (403): no ALLOW rule matched")
          .contains("peer " + Pki.principal("web") + " at 127.0.0.1");
    }
  }

  private static void assertRefused(Program.Ended curl) {
    assertThat(curl.exit()).as(curl.toString()).isNotZero();
    assertThat(curl.out()).isEmpty();
  }
}
