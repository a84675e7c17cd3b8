// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Jcmd;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two web applications in one Jetty, as an operator installed it. */
class StandaloneJettyTest {
  @TempDir Path directory;

  /** A distribution, and what it calls its parts. */
  enum Line {
    JETTY_9_4("9.4", "deploy,annotations", "org.eclipse.jetty.webapp.WebAppClassLoader"),
    JETTY_12_1(
        "12.1", "ee10-deploy,ee10-annotations", "org.eclipse.jetty.ee.webapp.WebAppClassLoader");

    final String version;
    final String modules;
    final String loader;

    Line(String version, String modules, String loader) {
      this.version = version;
      this.modules = modules;
      this.loader = loader;
    }

    Path war() {
      return this == JETTY_9_4 ? Tree.warOfJavax() : Tree.war();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothAreSecuredAndOneIsUndeployed(Line line) throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    Path base = Files.createDirectories(directory.resolve("base"));
    Path applications = Files.createDirectories(base.resolve("webapps"));
    Files.copy(line.war(), applications.resolve("a.war"));
    Files.copy(line.war(), applications.resolve("b.war"));
    Path web = pki.issue("web");
    int port = Ports.free();
    String url = "https://127.0.0.1:" + port;
    try (Collector collector = Collector.start(directory);
        Program jetty = start(line, base, port, settings(pki, port), collector)) {
      jetty.awaitLine("oejs.Server:main: Started");
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.mutual(web, version, url + "/a/hello").out()).isEqualTo("hello from /a");
      }
      String other = "/a/call?client=jdk&url=" + Service.encode("http://other/b/hello");
      assertThat(Curl.mutual(web, url + other).out()).isEqualTo("hello from /b");
      for (String path : List.of("/b/call?url=x", "/b//call?url=x", "/b/x/..;/call", "/%62/call")) {
        assertThat(
                Curl.mutual(
                        web, "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", url + path)
                    .out())
            .as(path)
            .isIn("403", "400");
      }
      assertThat(Curl.run("http://127.0.0.1:" + port + "/a/hello").out())
          .startsWith("This port accepts mutual TLS only");
      collector.awaitTrace(
          "a call from a to b by its routes",
          spans ->
              spans.stream().anyMatch(s -> s.name().equals("GET /a/call"))
                  && spans.stream().anyMatch(s -> s.name().equals("GET /b/hello")));

      assertThat(loaders(line, jetty)).isEqualTo(2);
      Files.delete(applications.resolve("b.war"));
      jetty.await(
          "undeploys b",
          Duration.ofSeconds(60),
          () ->
              Curl.mutual(web, "-o", "/dev/null", "-w", "%{http_code}", url + "/b/hello")
                  .out()
                  .equals("404"));
      if (line == Line.JETTY_9_4) {
        Await.until(
            "the loader of b is collected",
            Duration.ofSeconds(60),
            () -> loaders(line, jetty) == 1);
      } else {
        System.out.println(
            "not asserted: that the loader of b is collected; Jetty 12 may keep it for long, also"
                + " without Inboard");
      }
      assertThat(Curl.mutual(web, url + "/a/hello").out()).isEqualTo("hello from /a");
      assertThat(jetty.err().text())
          .as("a server without Jetty's client, of which jetty-io has classes")
          .doesNotContain("the hooks do not fit");
    }
  }

  /** Of the class itself: it has inner ones. */
  private static long loaders(Line line, Program jetty) {
    return Jcmd.run(jetty.pid(), "GC.class_histogram")
        .lines()
        .map(row -> row.strip().split("\\s+"))
        .filter(words -> words.length >= 4 && words[3].equals(line.loader))
        .mapToLong(words -> Long.parseLong(words[1]))
        .sum();
  }

  private Path settings(Pki pki, int port) {
    Path settings = directory.resolve("settings.yaml");
    Yaml.traced("shops")
        .identity(pki.issue("shops"))
        .with(
            "inbound: {mtls: STRICT,"
                + " authorization: [{action: DENY, to: {paths: [\"/b/call\"]}}]}\n")
        .destinations(
            """
            - host: other
              endpoints: ["127.0.0.1:%d"]
              tls: {mode: MUTUAL, principals: ["%s"]}
            """
                .formatted(port, Pki.principal("shops")))
        .write(settings);
    return settings;
  }

  private static Program start(Line line, Path base, int port, Path settings, Collector collector)
      throws IOException {
    Map<String, String> environment = new HashMap<>(collector.environment("http/protobuf"));
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "200");
    List<String> command =
        List.of(
            Jdks.own().tool("java").toString(),
            "-Xmx192m",
            "-XX:TieredStopAtLevel=1",
            "-javaagent:" + Tree.agent() + "=" + settings,
            "-Djava.io.tmpdir=" + Files.createDirectories(base.resolve("work")),
            "-jar",
            Tree.jetty(line.version).resolve("start.jar").toString(),
            "jetty.base=" + base,
            // Before the modules: what follows one of an environment is of that environment alone.
            "jetty.http.host=127.0.0.1",
            "jetty.http.port=" + port,
            "jetty.deploy.scanInterval=1",
            "--module=http,http2c," + line.modules);
    return Program.start("jetty", command, environment, base);
  }
}
