// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.PeerIdentity;
import io.inboard.call.TlsPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** The least that a plan must do, for tests of adapters: expects one SPIFFE id. */
record TestTlsPlan(TestIdentity identity, String host, int port, String expected)
    implements TlsPlan {
  @Override
  public SSLContext context() {
    return identity.context();
  }

  @Override
  public void configure(SSLParameters parameters, List<String> applicationProtocols) {
    parameters.setServerNames(List.of(new SNIHostName(host)));
    parameters.setEndpointIdentificationAlgorithm("");
    parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
  }

  @Override
  public SSLEngine engine(InetSocketAddress endpoint, List<String> applicationProtocols) {
    SSLEngine engine = context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    configure(parameters, applicationProtocols);
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public SSLSocket layer(Socket connected, List<String> applicationProtocols) throws IOException {
    SSLSocket socket =
        (SSLSocket) context().getSocketFactory().createSocket(connected, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    configure(parameters, applicationProtocols);
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public SSLSocket wrap(Socket connected, List<String> applicationProtocols, int handshakeMillis)
      throws IOException {
    try {
      int readTimeout = connected.getSoTimeout();
      SSLSocket socket = layer(connected, applicationProtocols);
      socket.setSoTimeout(handshakeMillis);
      socket.startHandshake();
      verify(socket.getSession());
      socket.setSoTimeout(readTimeout);
      return socket;
    } catch (IOException e) {
      connected.close();
      throw e;
    }
  }

  @Override
  public PeerIdentity verify(SSLSession session) throws SSLPeerUnverifiedException {
    X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
    String id = TestIdentity.spiffeId(leaf).orElse("");
    if (!id.equals(expected)) {
      throw new SSLPeerUnverifiedException("expected " + expected + ", but the peer is " + id);
    }
    return new PeerIdentity(id, leaf);
  }
}
