// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.handshake;

import io.inboard.identity.DevelopmentCa;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Netty's, over BoringSSL or over the JDK; the JDK's PKIX judges the peer in both. */
final class NettyStack implements Stack {
  private final SslProvider provider;
  private final SslContext client;
  private final SslContext server;

  /**
   * @param provider {@code OPENSSL_REFCNT}, which is BoringSSL here, or {@code JDK}
   */
  NettyStack(DevelopmentCa ca, SslProvider provider) throws SSLException {
    this.provider = provider;
    DevelopmentCa.Issued web = ca.issue("spiffe://cluster.local/ns/bench/sa/web");
    DevelopmentCa.Issued payments = ca.issue("spiffe://cluster.local/ns/bench/sa/payments");
    this.client =
        SslContextBuilder.forClient()
            .keyManager(stream(web.chainPem()), stream(web.keyPem()))
            .trustManager(stream(ca.bundlePem()))
            .endpointIdentificationAlgorithm(null)
            .protocols("TLSv1.3")
            .sslProvider(provider)
            .build();
    this.server =
        SslContextBuilder.forServer(stream(payments.chainPem()), stream(payments.keyPem()))
            .trustManager(stream(ca.bundlePem()))
            .clientAuth(ClientAuth.REQUIRE)
            .protocols("TLSv1.3")
            .sslProvider(provider)
            .build();
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private boolean isNative() {
    return provider != SslProvider.JDK;
  }

  @Override
  public String name() {
    return isNative() ? "boringssl" : "jdk by hand";
  }

  /** Without a peer's name, so that there is nothing to resume. */
  @Override
  public SSLEngine client() {
    return client.newEngine(ByteBufAllocator.DEFAULT);
  }

  @Override
  public SSLEngine server() {
    return server.newEngine(ByteBufAllocator.DEFAULT);
  }

  @Override
  public void forget() {}

  @Override
  public void release(SSLEngine engine) {
    ReferenceCountUtil.release(engine);
  }

  @Override
  public ByteBuffer buffer(int capacity) {
    return isNative() ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
  }
}
