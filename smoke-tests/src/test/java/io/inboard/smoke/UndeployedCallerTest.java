// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application whose thread has everything to hand down (group, priority, class loader, handler)
 * makes the first calls of a JVM, and is undeployed.
 */
class UndeployedCallerTest {
  @TempDir Path directory;

  @Test
  void noThreadOfTheAgentInheritsFromItAndItsClassLoaderIsCollected() {
    try (Service back = Service.plain("pay", Jdks.own()).start()) {
      Path settings = directory.resolve("inboard.yaml");
      Yaml.traced("web")
          .destinations(
              "- {host: pay, timeout: 5s, retries: {attempts: 2}, endpoints: [\"%s\"]}\n"
                  .formatted(back.address()))
          .write(settings);
      Program.Ended ended =
          Program.run(
              Duration.ofSeconds(90),
              List.of(
                  Jdks.own().tool("java").toString(),
                  "-javaagent:" + Tree.agent() + "=" + settings,
                  "-cp",
                  Tree.app("plain").toString(),
                  "shop.plain.HostileCaller",
                  "http://pay/hello"));

      assertThat(ended.out().lines())
          .as(ended.toString())
          .contains(
              "url-connection hello from pay",
              "jdk hello from pay",
              "thread inboard-timer",
              "thread inboard-spans",
              "class loader gone")
          .noneMatch(
              line ->
                  line.startsWith("failed")
                      || (line.startsWith("thread inboard") && line.contains("inherited")));
    }
  }
}
