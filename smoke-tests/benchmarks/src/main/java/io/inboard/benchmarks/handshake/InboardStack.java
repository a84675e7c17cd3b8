// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.handshake;

import io.inboard.call.InboundTls;
import io.inboard.call.TlsPlan;
import io.inboard.identity.DevelopmentCa;
import io.inboard.identity.Identity;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** The mesh's own, which is the JDK's with our judgement of a peer. */
final class InboardStack implements Stack {
  private static final InetSocketAddress ENDPOINT =
      InetSocketAddress.createUnresolved("payments", 8080);

  private static final List<String> PROTOCOLS = List.of("http/1.1");

  private final boolean resumes;
  private final TlsPlan plan;
  private final InboundTls inbound;

  /**
   * @param resumes whether a handshake may resume what the one before it left
   */
  InboardStack(DevelopmentCa ca, boolean resumes) throws IOException {
    this.resumes = resumes;
    this.plan =
        identity(ca, "spiffe://cluster.local/ns/bench/sa/web")
            .clientPlan(TlsMode.MUTUAL, "payments", List.of("cluster.local/ns/bench/sa/payments"));
    InboundSettings strict =
        new InboundSettings(
            InboundSettings.MtlsMode.STRICT, Map.of(), List.of(), ServerSettings.DEFAULT);
    this.inbound =
        identity(ca, "spiffe://cluster.local/ns/bench/sa/payments").inboundTls(() -> strict);
  }

  private static Identity identity(DevelopmentCa ca, String id) throws IOException {
    File files = Files.createTempDirectory("handshake").toFile();
    ca.issue(id).save(files);
    Identity identity = new Identity();
    identity.settings(
        new IdentitySettings.InFiles(
            new File(files, DevelopmentCa.CHAIN_FILE).getPath(),
            new File(files, DevelopmentCa.KEY_FILE).getPath(),
            new File(files, DevelopmentCa.BUNDLE_FILE).getPath(),
            ""));
    return identity;
  }

  @Override
  public String name() {
    return resumes ? "inboard, resumed" : "inboard";
  }

  @Override
  public SSLEngine client() {
    return plan.engine(ENDPOINT, PROTOCOLS);
  }

  @Override
  public SSLEngine server() throws SSLException {
    return inbound.engine(PROTOCOLS);
  }

  @Override
  public void forget() {
    if (!resumes) {
      SSLSessionContext sessions = plan.context().getClientSessionContext();
      for (byte[] id : Collections.list(sessions.getIds())) {
        SSLSession session = sessions.getSession(id);
        if (session != null) {
          session.invalidate();
        }
      }
    }
  }
}
