// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two web applications in one Tomcat, as an operator installed it. */
class StandaloneTomcatTest {
  private static final String LOADER = "org.apache.catalina.loader.ParallelWebappClassLoader";
  @TempDir Path directory;

  @Test
  void bothAreServedAndOneThatIsUndeployedLeavesNothingBehind() throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    Path home = directory.resolve("tomcat");
    int port = Ports.free();
    install(home, port);
    Path web = pki.issue("web");
    Path settings = directory.resolve("settings.yaml");
    Yaml.service("shops")
        .identity(pki.issue("shops"))
        .inbound("PERMISSIVE")
        .destinations(
            """
            - host: other
              endpoints: ["127.0.0.1:%d"]
              tls: {mode: MUTUAL, principals: ["%s"]}
            """
                .formatted(port, Pki.principal("shops")))
        .write(settings);
    try (Program tomcat = start(home, settings)) {
      tomcat.awaitLine("Server startup in");
      for (String client : List.of("url-connection", "jdk")) {
        for (String[] pair : new String[][] {{"a", "b"}, {"b", "a"}}) {
          assertThat(
                  Http.body(
                      "http://127.0.0.1:"
                          + port
                          + "/"
                          + pair[0]
                          + "/call?client="
                          + client
                          + "&url="
                          + Service.encode("http://other/" + pair[1] + "/hello")))
              .isEqualTo("hello from /" + pair[1]);
        }
      }
      assertThat(Curl.mutual(web, "https://127.0.0.1:" + port + "/a/hello").out())
          .isEqualTo("hello from /a");
      assertThat(Jcmd.instances(tomcat.pid(), LOADER)).isEqualTo(2);

      Files.delete(home.resolve("webapps/b.war"));
      tomcat.await(
          "undeploys b", Duration.ofSeconds(60), () -> !Files.exists(home.resolve("webapps/b")));
      Await.until(
          "the loader of b is collected",
          Duration.ofSeconds(60),
          () -> Jcmd.instances(tomcat.pid(), LOADER) == 1);
      assertThat(Http.body("http://127.0.0.1:" + port + "/a/hello")).isEqualTo("hello from /a");
      assertThat(tomcat.err().lines())
          .noneMatch(line -> line.startsWith("[inboard] WARN"))
          // Tomcat names what it finds behind; its own HttpClient's threads are not ours.
          .noneMatch(line -> line.contains("memory leak") && line.contains("inboard"));
    }
  }

  private static Program start(Path home, Path settings) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Jdks.own().tool("java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + Tree.agent() + "=" + settings,
                "-Dcatalina.home=" + home,
                "-Dcatalina.base=" + home,
                "-Djava.io.tmpdir=" + home.resolve("temp"),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED",
                "-cp",
                home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
                "org.apache.catalina.startup.Bootstrap",
                "start"));
    return Program.start("tomcat", command, Map.of(), home);
  }

  /** As catalina.sh would run it, but on our port, without the shutdown port, looking often. */
  private static void install(Path home, int port) throws IOException {
    Path from = Tree.tomcat();
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, home.resolve(from.relativize(file).toString()));
      }
    }
    Path server = home.resolve("conf/server.xml");
    Files.writeString(
        server,
        Files.readString(server)
            .replace("port=\"8005\"", "port=\"-1\"")
            .replace("port=\"8080\"", "address=\"127.0.0.1\" port=\"" + port + "\"")
            .replace(
                "<Engine name=\"Catalina\"",
                "<Engine name=\"Catalina\" backgroundProcessorDelay=\"1\""));
    Files.createDirectories(home.resolve("webapps"));
    Files.createDirectories(home.resolve("temp"));
    Files.copy(Tree.war(), home.resolve("webapps/a.war"));
    Files.copy(Tree.war(), home.resolve("webapps/b.war"));
  }
}
