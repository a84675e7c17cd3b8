// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.WovenJvm;
import io.inboard.identity.DevelopmentCa;
import io.inboard.mesh.Mesh;
import io.inboard.settings.reading.SettingsReader;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Clients and servers of gRPC in one JVM under the whole mesh, with settings as a user's. */
abstract class GrpcHarness {
  static final String HOST = "orders.invalid";
  static final String ID = "spiffe://cluster.local/ns/shop/sa/orders";
  static final DevelopmentCa CA = DevelopmentCa.create();

  @TempDir File directory;
  private final Deque<Runnable> closing = new ArrayDeque<>();

  @BeforeAll
  static void weave() {
    WovenJvm.ensure();
    WovenJvm.takeTroubles();
  }

  @AfterEach
  final void close() {
    closing.forEach(Runnable::run);
    Inboard.serve(
        new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
    assertThat(WovenJvm.takeTroubles()).isEmpty();
  }

  final Mesh mesh(String yaml) throws Exception {
    String quiet =
        """
        service: {name: web}
        telemetry: {traces: {exporter: none}, metrics: {exporter: none}}
        """;
    Mesh mesh = new Mesh(new SettingsReader(Map.of(), "").read(quiet + yaml, "test.yaml"));
    closing.addFirst(() -> mesh.close(Duration.ZERO));
    Inboard.serve(mesh.core());
    return mesh;
  }

  final String identity() throws IOException {
    CA.issue(ID).save(directory);
    return """
    identity:
      certificateChain: %1$s/cert-chain.pem
      privateKey: %1$s/key.pem
      trustBundle: %1$s/root-cert.pem
    """
        .formatted(directory);
  }

  static String destination(String more, InetSocketAddress... endpoints) {
    return "destinations:\n  - host: "
        + HOST
        + "\n    endpoints: ["
        + Arrays.stream(endpoints)
            .map(e -> "\"" + e.getAddress().getHostAddress() + ":" + e.getPort() + "\"")
            .collect(Collectors.joining(", "))
        + "]\n"
        + (more.isEmpty() ? "" : "    " + more + "\n");
  }

  final GrpcServer server() throws IOException {
    GrpcServer server = makeServer();
    closing.addFirst(server::close);
    return server;
  }

  /** Of the transport that is tested. */
  GrpcServer makeServer() throws IOException {
    return new GrpcServer();
  }

  /** Likewise. */
  ManagedChannelBuilder<?> builder(String target) {
    return NettyChannelBuilder.forTarget(target);
  }

  /** As an application makes one. */
  ManagedChannel channel() {
    return channel(HOST + ":9090");
  }

  final ManagedChannel channel(String target) {
    ManagedChannel channel = builder(target).usePlaintext().build();
    closing.addFirst(channel::shutdownNow);
    return channel;
  }
}
