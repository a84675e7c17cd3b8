// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Server engines of one generation, with nothing but JSSE behind them. */
final class PlainJsseTls implements InboundTls {
  private final SSLContext context;

  PlainJsseTls(Workload server) {
    this.context = server.context();
  }

  @Override
  public Mode mode(int localPort) {
    return Mode.PERMISSIVE;
  }

  @Override
  public SSLEngine engine(List<String> applicationProtocols) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    engine.setHandshakeApplicationProtocolSelector(
        (e, offered) ->
            applicationProtocols.stream().filter(offered::contains).findFirst().orElse(""));
    return engine;
  }

  @Override
  public Optional<PeerIdentity> peer(SSLSession session) {
    try {
      X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
      return leaf.getSubjectAlternativeNames().stream()
          .filter(name -> name.get(0).equals(6))
          .map(name -> new PeerIdentity((String) name.get(1), leaf))
          .findFirst();
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      return Optional.empty();
    }
  }

  @Override
  public int handshakeMillis() {
    return 10_000;
  }
}
