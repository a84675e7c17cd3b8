// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of gRPC over Netty. */
@Timeout(60)
class NettyTest extends GrpcHarness {
  private static final String MUTUAL =
      "tls: {mode: MUTUAL, principals: [\"cluster.local/ns/shop/sa/orders\"]}";

  @Test
  void aCallGetsMutualTlsThatNobodyConfigured() throws Exception {
    GrpcServer server = server();
    mesh(identity() + "inbound: {mtls: STRICT}\n" + destination(MUTUAL, server.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 3; i++) {
      assertThat(GrpcServer.call(channel, "hello " + i)).isEqualTo("hello " + i);
    }
    assertThat(server.received())
        .hasSize(3)
        .allSatisfy(
            headers -> {
              assertThat(GrpcServer.header(headers, "x-forwarded-client-cert")).contains(ID);
              assertThat(GrpcServer.header(headers, "traceparent")).hasSize(55);
              assertThat(GrpcServer.header(headers, "x-envoy-attempt-count")).isEqualTo("1");
            });
  }

  @Test
  void aServerWithAnotherPrincipalIsRefused() throws Exception {
    GrpcServer server = server();
    mesh(identity() + destination(MUTUAL.replace("sa/orders", "sa/others"), server.address()));
    ManagedChannel channel = channel();
    assertThatThrownBy(() -> GrpcServer.call(channel, "hello"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasRootCauseInstanceOf(io.inboard.call.PeerRefusedException.class);
    assertThat(server.received()).isEmpty();
  }

  @Test
  void callsAreSpreadOverTheEndpoints() throws Exception {
    GrpcServer one = server();
    GrpcServer two = server();
    GrpcServer three = server();
    mesh(
        destination(
            "loadBalancer: {simple: ROUND_ROBIN}", one.address(), two.address(), three.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 90; i++) {
      GrpcServer.call(channel, "hello");
    }
    for (GrpcServer server : new GrpcServer[] {one, two, three}) {
      assertThat(server.received()).hasSizeBetween(27, 33);
    }
  }

  @Test
  void anInstanceThatIsGoneCostsNoCall() throws Exception {
    GrpcServer healthy = server();
    mesh(destination("", refusing(), healthy.address()));
    ManagedChannel channel = channel();
    for (int i = 0; i < 20; i++) {
      assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
    }
    assertThat(healthy.received()).hasSize(20);
  }

  @Test
  void aPaymentThatIsAnsweredWithAnErrorIsNeverSentTwice() throws Exception {
    GrpcServer one = server().failing(m -> Status.UNAVAILABLE);
    GrpcServer two = server().failing(m -> Status.UNAVAILABLE);
    mesh(destination("retries: {retryOn: \"5xx,503\"}", one.address(), two.address()));
    ManagedChannel channel = channel();
    assertThatThrownBy(() -> GrpcServer.call(channel, "pay"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(one.messages().size() + two.messages().size()).isEqualTo(1);
  }

  private static InetSocketAddress refusing() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }
  }
}
