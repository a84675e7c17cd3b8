// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where things lie in this repository. */
public final class Tree {
  private static final Path SMOKE =
      Path.of(System.getProperty("smoke.directory", "")).toAbsolutePath();

  private Tree() {}

  /** The packaged agent. */
  public static Path agent() {
    return built(SMOKE.resolveSibling("agent/target/inboard.jar"));
  }

  /**
   * A sample service: {@code boot-2.7}, {@code boot-3.5}, {@code boot-4}, {@code plain}, {@code
   * load}.
   */
  public static Path app(String name) {
    return built(SMOKE.resolve("apps/" + name + "/target/" + name + ".jar"));
  }

  /** What Quarkus makes of its sample, beside the folders that it reads by a loader of its own. */
  static Path quarkus() {
    return built(SMOKE.resolve("apps/quarkus/target/quarkus-app/quarkus-run.jar"));
  }

  public static Path war() {
    return built(SMOKE.resolve("apps/war/target/shop.war"));
  }

  /** A standalone Tomcat without web applications; to be copied, not run in place. */
  public static Path tomcat() {
    return built(SMOKE.resolve("apps/war/target/tomcat"));
  }

  /** The same before Jakarta. */
  public static Path warOfJavax() {
    return built(SMOKE.resolve("apps/war-javax/target/shop.war"));
  }

  /**
   * A standalone Jetty; its base, where it writes, is another folder.
   *
   * @param version {@code 9.4} or {@code 12.1}
   */
  public static Path jetty(String version) {
    return built(
        SMOKE.resolve(
            version.equals("9.4") ? "apps/war-javax/target/jetty" : "apps/war/target/jetty"));
  }

  /** A file that belongs to a peer. */
  public static Path peer(String name) {
    return built(SMOKE.resolve("peers/" + name));
  }

  /** A file beside the tests' sources. */
  public static Path source(String name) {
    return SMOKE.resolve("src/test/java/io/inboard/smoke").resolve(name);
  }

  /** A new folder for one process, kept after the run for who looks into a failure. */
  public static Path work(String name) {
    try {
      Path parent = Files.createDirectories(SMOKE.resolve("target/work"));
      return Files.createTempDirectory(parent, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path built(Path path) {
    assertThat(path).as("built by `mvn verify`").exists();
    return path;
  }
}
