// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS as a browser does it: the JVM's trust store and the name of the host, no certificate of ours.
 * It belongs to no generation.
 */
final class SimplePlan extends ClientPlan {
  SimplePlan(String host) {
    super(host);
  }

  @Override
  SSLContext newContext() throws GeneralSecurityException {
    // No trust manager given: the JVM's, with javax.net.ssl.trustStore as the user set it.
    return Jsse.context(new KeyManager[0], null);
  }

  @Override
  String peerHost(InetSocketAddress endpoint) {
    return host();
  }

  @Override
  public void configure(SSLParameters parameters, List<String> applicationProtocols) {
    Jsse.restrict(parameters, context());
    parameters.setServerNames(Jsse.serverNames(host()));
    parameters.setApplicationProtocols(applicationProtocols.toArray(new String[0]));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
  }

  /**
   * The name was checked in the handshake; a resumed session is one of this host, since the context
   * is.
   *
   * @return an identity whose id is {@code https://} and the host
   */
  @Override
  public PeerIdentity verify(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate[] chain = session.getPeerCertificates();
    if (!(chain[0] instanceof X509Certificate leaf)) {
      throw new SSLPeerUnverifiedException("the peer's certificate is not X.509");
    }
    return new PeerIdentity("https://" + host(), leaf);
  }

  @Override
  public String toString() {
    return "SIMPLE " + host();
  }
}
