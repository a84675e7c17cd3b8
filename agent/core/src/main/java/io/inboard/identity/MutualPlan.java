// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Mutual TLS to one destination, with one generation. */
final class MutualPlan extends ClientPlan {
  private final Generation generation;
  private final Principals principals;

  MutualPlan(Generation generation, String host, List<String> principals) {
    super(host);
    this.generation = generation;
    this.principals = new Principals(principals, generation.trust().ownDomain());
  }

  @Override
  SSLContext newContext() throws GeneralSecurityException {
    return generation.clientContext(this::expect);
  }

  /** The address: each instance of the destination resumes its own sessions. */
  @Override
  String peerHost(InetSocketAddress endpoint) {
    return endpoint.isUnresolved()
        ? endpoint.getHostString()
        : endpoint.getAddress().getHostAddress();
  }

  @Override
  public void configure(SSLParameters parameters, List<String> applicationProtocols) {
    Jsse.restrict(parameters, context());
    parameters.setServerNames(Jsse.serverNames(host()));
    parameters.setApplicationProtocols(ApplicationProtocols.offered(applicationProtocols));
    // Empty is "none"; null would leave on what the library has set.
    parameters.setEndpointIdentificationAlgorithm("");
  }

  @Override
  public PeerIdentity verify(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate[] chain = session.getPeerCertificates();
    try {
      if (!(chain[0] instanceof X509Certificate leaf)) {
        throw new PeerRefusedException(
            Refusal.NO_SPIFFE_IDENTITY, "the peer's certificate is not X.509");
      }
      PeerIdentity peer = generation.trust().identify(leaf);
      expect(peer);
      return peer;
    } catch (CertificateException e) {
      SSLPeerUnverifiedException unverified = new SSLPeerUnverifiedException(e.getMessage());
      unverified.initCause(e);
      throw unverified;
    }
  }

  private void expect(PeerIdentity peer) throws CertificateException {
    if (!principals.match(SpiffeId.parse(peer.id()))) {
      throw new PeerRefusedException(
          Refusal.UNEXPECTED_PEER,
          "the peer is "
              + peer.principal()
              + ", but "
              + host()
              + " is expected to be "
              + principals);
    }
  }

  @Override
  public String toString() {
    return "MUTUAL " + host() + " " + principals + ", " + generation.material();
  }
}
