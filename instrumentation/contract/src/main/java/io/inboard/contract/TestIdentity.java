// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.identity.DevelopmentCa;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * A {@link Workload} as a TLS server that demands a client certificate, and what it reads there.
 */
public final class TestIdentity {
  private final String id;
  private final SSLContext context;

  private TestIdentity(String id, SSLContext context) {
    this.id = id;
    this.context = context;
  }

  /** An identity that this authority issued, and that trusts this authority only. */
  public static TestIdentity of(DevelopmentCa ca, String spiffeId) {
    return new TestIdentity(spiffeId, Workload.of(ca.issue(spiffeId)).context());
  }

  public String id() {
    return id;
  }

  /** A context with our key that trusts our authority; asks for no name. */
  public SSLContext context() {
    return context;
  }

  /** Shakes hands as a server that demands a client certificate and speaks HTTP/1.1. */
  public SSLSocket accept(Socket raw) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
    socket.setUseClientMode(false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setNeedClientAuth(true);
    socket.setSSLParameters(parameters);
    socket.setHandshakeApplicationProtocolSelector(
        (s, offered) -> offered.contains("http/1.1") ? "http/1.1" : "");
    socket.startHandshake();
    return socket;
  }

  /** The SPIFFE id of the other side. */
  public static Optional<String> peer(SSLSocket socket) {
    try {
      X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return spiffeId(leaf);
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  static Optional<String> spiffeId(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream().filter(n -> n.get(0).equals(6)).map(n -> (String) n.get(1)).findFirst();
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /** The server name that the client sent. */
  static Optional<String> serverName(SSLSocket socket) {
    SSLSession session = socket.getSession();
    return session instanceof ExtendedSSLSession extended
        ? extended.getRequestedServerNames().stream()
            .findFirst()
            .map(SNIServerName::getEncoded)
            .map(name -> new String(name, StandardCharsets.US_ASCII))
        : Optional.empty();
  }
}
