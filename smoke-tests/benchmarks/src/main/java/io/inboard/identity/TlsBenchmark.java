// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.benchmarks.micro.Microbenchmark;
import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** What mutual TLS costs beside the record layer, which is the JDK's. EC P-256 on both sides. */
public class TlsBenchmark extends Microbenchmark {
  private static final List<String> PRINCIPALS = List.of("cluster.local/ns/shop/sa/payments");
  private static final List<String> HTTP = List.of("http/1.1");
  private static final InetSocketAddress ENDPOINT =
      InetSocketAddress.createUnresolved("payments", 8080);

  private Identity web;
  private InboundTls payments;
  private TlsPlan plan;
  private SSLSession session;
  private SpiffeTrustManager trust;
  private X509Certificate[] chain;

  /** Two workloads of one authority, and a session between them. */
  @Setup
  public void start() throws IOException {
    DevelopmentCa ca = DevelopmentCa.create();
    web = identity(ca, "web");
    InboundSettings strict =
        new InboundSettings(MtlsMode.STRICT, Map.of(), List.of(), ServerSettings.DEFAULT);
    payments = identity(ca, "payments").inboundTls(() -> strict);
    plan = plan();
    session = handshake();
    chain =
        (X509Certificate[]) List.of(session.getPeerCertificates()).toArray(new X509Certificate[0]);
    trust = new SpiffeTrustManager(web.generation().orElseThrow().trust(), peer -> {});
  }

  private static Identity identity(DevelopmentCa ca, String name) throws IOException {
    File directory = Files.createTempDirectory("inboard-benchmark").toFile();
    ca.issue("spiffe://cluster.local/ns/shop/sa/" + name).save(directory);
    Identity identity = new Identity();
    identity.settings(
        new IdentitySettings.InFiles(
            new File(directory, DevelopmentCa.CHAIN_FILE).getPath(),
            new File(directory, DevelopmentCa.KEY_FILE).getPath(),
            new File(directory, DevelopmentCa.BUNDLE_FILE).getPath(),
            ""));
    for (File file : directory.listFiles()) {
      Files.delete(file.toPath());
    }
    Files.delete(directory.toPath());
    return identity;
  }

  /** How a connection is to be secured: asked for each attempt. */
  @Benchmark
  public TlsPlan plan() throws SSLException {
    return web.clientPlan(TlsMode.MUTUAL, "payments", PRINCIPALS);
  }

  /** An engine for a new connection, by the plan's context. */
  @Benchmark
  public SSLEngine engine() {
    return plan.engine(ENDPOINT, HTTP);
  }

  /** Whom a session belongs to, and whether that is who is expected: after each handshake. */
  @Benchmark
  public PeerIdentity peer() throws SSLPeerUnverifiedException {
    return plan.verify(session);
  }

  /** The path to a root and the SPIFFE id: in each full handshake. */
  @Benchmark
  public void trust() throws CertificateException {
    trust.checkServerTrusted(chain, "UNKNOWN");
  }

  /**
   * A handshake of both sides in memory. The client's context resumes, as a new connection to an
   * instance that was reached before does.
   */
  @Benchmark
  public SSLSession handshake() throws SSLException {
    SSLEngine client = plan.engine(ENDPOINT, HTTP);
    SSLEngine server = payments.engine(HTTP);
    ByteBuffer toServer = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    ByteBuffer toClient = ByteBuffer.allocate(toServer.capacity());
    ByteBuffer nothing = ByteBuffer.allocate(0);
    ByteBuffer application = ByteBuffer.allocate(client.getSession().getApplicationBufferSize());
    client.beginHandshake();
    boolean moved = true;
    while (moved) {
      moved = step(client, toClient, toServer, nothing, application);
      moved |= step(server, toServer, toClient, nothing, application);
    }
    if (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
        || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      throw new SSLException("the handshake stands still");
    }
    return client.getSession();
  }

  /** Whether anything went on. Bytes that wait in a buffer lie before its position. */
  private static boolean step(
      SSLEngine engine, ByteBuffer in, ByteBuffer out, ByteBuffer nothing, ByteBuffer application)
      throws SSLException {
    boolean moved = false;
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
      moved = true;
    }
    if (in.position() > 0) {
      in.flip();
      SSLEngineResult read = engine.unwrap(in, application);
      in.compact();
      moved |= read.bytesConsumed() > 0;
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      moved |= engine.wrap(nothing, out).bytesProduced() > 0;
    }
    return moved;
  }
}
