// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.File;
import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels that are not the mesh's to secure. */
@Timeout(60)
final class LeftAloneTest extends GrpcHarness {
  @Test
  void aChannelInsideTheProcessIsLeftAlone() throws Exception {
    mesh(destination(""));
    try (GrpcServer server =
        new GrpcServer(address -> InProcessServerBuilder.forName("left-alone").directExecutor())) {
      ManagedChannel channel = InProcessChannelBuilder.forName("left-alone").build();
      try {
        assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
        assertThat(GrpcServer.header(server.received().get(0), "traceparent")).isNull();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void aChannelWithTlsOfTheApplicationsOwnKeepsItAndIsTraced() throws Exception {
    String settings = identity();
    try (GrpcServer server =
        new GrpcServer(
            address ->
                NettyServerBuilder.forAddress(address)
                    .useTransportSecurity(
                        new File(directory, "cert-chain.pem"), new File(directory, "key.pem")))) {
      mesh(settings + "inbound: {mtls: PERMISSIVE}\n");
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  "localhost",
                  server.address().getPort(),
                  TlsChannelCredentials.newBuilder().trustManager(new Trusting()).build())
              .build();
      try {
        assertThat(GrpcServer.call(channel, "hello")).isEqualTo("hello");
        assertThat(GrpcServer.header(server.received().get(0), "traceparent")).hasSize(55);
        assertThat(GrpcServer.header(server.received().get(0), "x-forwarded-client-cert")).isNull();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** Whom an application trusts is not the mesh's business. */
  private static final class Trusting extends X509ExtendedTrustManager implements TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
