// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run stands on: the built jars, the peers, the place for its files.
 *
 * @param java of the services
 * @param agent our jar
 * @param client of the front
 * @param programs what java is told so that it runs the front, and the back
 * @param openTelemetry the other agent
 * @param work for logs, settings and certificates
 */
record Site(
    Path java,
    Path agent,
    Client client,
    Map<Role, List<String>> programs,
    Path openTelemetry,
    Optional<Path> envoy,
    Path work) {

  /** The main class of the sample grpc's server. */
  private static final String GRPC_SERVER = "shop.grpc.GrpcBack";

  /**
   * Throws {@link Trouble} that says what is missing and how to get it.
   *
   * @param root of the project
   */
  static Site of(Path root, Path openTelemetry, Options options, Path work) {
    Client client = options.client();
    Path front = app(root, client, Role.FRONT);
    Path back = app(root, client, Role.BACK);
    Map<Role, List<String>> programs =
        Map.of(
            Role.FRONT,
            List.of("-jar", front.toString()),
            Role.BACK,
            client.isBoot(Role.BACK)
                ? List.of("-jar", back.toString())
                : List.of("-cp", back.toString(), GRPC_SERVER));
    Site site =
        new Site(
            options.java(),
            root.resolve("agent/target/inboard.jar"),
            client,
            programs,
            openTelemetry,
            envoyProgram(),
            work);
    for (Path built : new Path[] {site.agent, front, back, site.openTelemetry}) {
      if (!Files.isRegularFile(built)) {
        throw new Trouble(built + " is missing: run without --no-build");
      }
    }
    if (site.envoy.isEmpty() && options.variants().stream().anyMatch(v -> v.way().envoy())) {
      throw new Trouble(
          "Envoy is not on this machine: smoke-tests/peers/install gets it; or leave its variants out,"
              + " --variants "
              + String.join(
                  ",",
                  options.variants().stream()
                      .filter(v -> !v.way().envoy())
                      .map(Variant::label)
                      .toList()));
    }
    return site;
  }

  private static Path app(Path root, Client client, Role role) {
    String name = client.app(role);
    return root.resolve("smoke-tests/apps/" + name + "/target/" + name + ".jar");
  }

  /** Where peers/install puts it, then in PATH. */
  private static Optional<Path> envoyProgram() {
    Path cache =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(path -> !path.isEmpty())
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("inboard-ci/bin");
    Stream<Path> path =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(Path::of);
    return Stream.concat(Stream.of(cache), path)
        .map(directory -> directory.resolve("envoy"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What java is told so that it runs the service. */
  List<String> program(Role role) {
    return programs.get(role);
  }

  /** The same, with another way to start the front. */
  Site withFront(List<String> program) {
    Map<Role, List<String>> other = Map.of(Role.FRONT, program, Role.BACK, program(Role.BACK));
    return new Site(java, agent, client, other, openTelemetry, envoy, work);
  }

  /** A tool of the services' JDK. */
  Path tool(String name) {
    return java.resolveSibling(name);
  }

  /** On the loopback interface; nobody had it a moment ago. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
