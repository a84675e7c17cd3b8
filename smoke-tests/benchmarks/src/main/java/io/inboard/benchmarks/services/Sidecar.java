// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.services.Variant.Way;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Envoy beside one service. */
final class Sidecar extends Child {
  private final int port;

  private Sidecar(String name, List<String> command, Path log, int port) {
    super(name, command, Map.of(), log, false);
    this.port = port;
  }

  /**
   * Starts it and does not wait.
   *
   * @param upstream port of the other sidecar, or of the service behind it
   */
  static Sidecar launch(
      Site site, Certificates certificates, Variant variant, Role role, int upstream) {
    String name = variant + "-" + role.service() + "-envoy";
    int port = Site.freePort();
    boolean http2 = variant.way() == Way.ENVOY_HTTP_2;
    boolean grpc = site.client().stack() == Stack.GRPC;
    Path file =
        Template.write(
            role == Role.FRONT ? "envoy-front.yaml" : "envoy-back.yaml",
            Map.of(
                "PORT",
                port,
                "UPSTREAM",
                upstream,
                "IDENTITY",
                certificates.pem(role),
                "HTTP",
                protocol(http2),
                "APP_HTTP",
                protocol(grpc),
                "ALPN",
                http2 ? "h2" : "http/1.1"),
            site.work().resolve(name + ".yaml"));
    List<String> command =
        List.of(
            site.envoy().orElseThrow().toString(),
            "-c",
            file.toString(),
            "--use-dynamic-base-id",
            "--concurrency",
            "1",
            "--log-level",
            "warning");
    return new Sidecar(name, command, site.work().resolve(name + ".log"), port);
  }

  /** As Envoy names the options of an upstream. */
  private static String protocol(boolean http2) {
    return http2 ? "http2_protocol_options" : "http_protocol_options";
  }

  int port() {
    return port;
  }

  /** Waits until it takes connections. */
  void awaitListening() {
    awaitListening(port);
  }
}
