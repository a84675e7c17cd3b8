// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inboard.smoke.support.Cli;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Peers;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web application in WildFly, whose own listeners serve it, and whose modules load Undertow in
 * parts.
 */
class WildFlyTest {
  @TempDir Path directory;

  @Test
  void anApplicationInItIsAMemberAndItsPortsAreSecured() throws Exception {
    Path home = Peers.folder("wildfly", "run smoke-tests/peers/install");
    Pki pki = new Pki(directory.resolve("pki"));
    Path web = pki.issue("web");
    Listening ports = new Listening(Ports.free(), Ports.free(), Ports.free());
    String url = "https://127.0.0.1:" + ports.http();
    try (Collector collector = Collector.start(directory);
        Program wildfly = start(home, ports, settings(pki, ports), collector)) {
      wildfly.awaitLine("WFLYSRV0025");
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.mutual(web, version, "-w", " %{http_version}", url + "/a/hello").out())
            .startsWith("hello from /a");
      }
      assertThat(Curl.run("http://127.0.0.1:" + ports.http() + "/a/hello").out())
          .startsWith("This port accepts mutual TLS only");
      assertThat(Curl.run("http://127.0.0.1:" + ports.management() + "/management").out())
          .startsWith("This port accepts mutual TLS only");
      String other = "/a/call?client=jdk&url=" + Service.encode("http://self/a/hello");
      assertThat(Curl.mutual(web, url + other).out()).isEqualTo("hello from /a");
      for (String path : List.of("/a/secret", "/a//secret", "/a/;x/secret", "/%61/secret")) {
        assertThat(
                Curl.mutual(
                        web, "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", url + path)
                    .out())
            .as(path)
            .isIn("403", "400");
      }
      collector.awaitTrace(
          "a call to itself by its routes",
          spans ->
              spans.stream().anyMatch(s -> s.name().equals("GET /a/call"))
                  && spans.stream().anyMatch(s -> s.name().equals("GET /a/hello")));
      for (int port : List.of(ports.http(), ports.https(), ports.management())) {
        assertThat(treatment(wildfly, port)).isEqualTo("hooked, STRICT");
      }
    }
  }

  private static String treatment(Program wildfly, int number) throws IOException {
    Program.Ended ended = Cli.run("status", "" + wildfly.pid(), "--json");
    JsonNode status = new ObjectMapper().readTree(ended.out());
    for (JsonNode port : status.get("sockets").get("listening")) {
      if (port.get("port").asInt() == number) {
        return port.get("treatment").asText();
      }
    }
    throw new AssertionError("not listed: " + number + " in " + status);
  }

  private record Listening(int http, int https, int management) {}

  private Path settings(Pki pki, Listening ports) {
    Path settings = directory.resolve("settings.yaml");
    Yaml.traced("shop")
        .identity(pki.issue("shop"))
        .with(
            "inbound: {mtls: STRICT,"
                + " authorization: [{action: DENY, to: {paths: [\"/a/secret\"]}}]}\n")
        .destinations(
            """
            - host: self
              endpoints: ["127.0.0.1:%d"]
              tls: {mode: MUTUAL, principals: ["%s"]}
            """
                .formatted(ports.http(), Pki.principal("shop")))
        .write(settings);
    return settings;
  }

  /** As standalone.sh would run it, with a folder of its own for what it writes. */
  private Program start(Path home, Listening ports, Path settings, Collector collector)
      throws IOException {
    Path base = directory.resolve("standalone");
    Path from = home.resolve("standalone/configuration");
    Path to = Files.createDirectories(base.resolve("configuration"));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    Files.copy(Tree.war(), Files.createDirectories(base.resolve("deployments")).resolve("a.war"));
    Map<String, String> environment = new HashMap<>(collector.environment("http/protobuf"));
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "200");
    List<String> command =
        List.of(
            Jdks.own().tool("java").toString(),
            "-Xmx384m",
            "-XX:TieredStopAtLevel=1",
            "-javaagent:" + Tree.agent() + "=" + settings,
            "--add-exports=java.desktop/sun.awt=ALL-UNNAMED",
            "--add-exports=java.naming/com.sun.jndi.ldap=ALL-UNNAMED",
            "--add-exports=java.naming/com.sun.jndi.url.ldap=ALL-UNNAMED",
            "--add-exports=java.naming/com.sun.jndi.url.ldaps=ALL-UNNAMED",
            "--add-exports=jdk.naming.dns/com.sun.jndi.dns=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/java.net=ALL-UNNAMED",
            "--add-opens=java.base/java.security=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
            "--add-opens=java.management/javax.management=ALL-UNNAMED",
            "--add-opens=java.naming/javax.naming=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + Files.createDirectories(base.resolve("tmp")),
            "-Djboss.home.dir=" + home,
            "-Djboss.server.base.dir=" + base,
            "-Djboss.modules.system.pkgs=org.jboss.byteman",
            "-jar",
            home.resolve("jboss-modules.jar").toString(),
            "-mp",
            home.resolve("modules").toString(),
            "org.jboss.as.standalone",
            "-Djboss.http.port=" + ports.http(),
            "-Djboss.https.port=" + ports.https(),
            "-Djboss.management.http.port=" + ports.management());
    return Program.start("wildfly", command, environment, base);
  }
}
