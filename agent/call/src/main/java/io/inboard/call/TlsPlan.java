// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * How a client secures a connection to an endpoint: our identity, whom to trust, whom to expect.
 * One plan belongs to one generation of key, certificate and bundle; connections of different
 * generations share no session (a resumed session asks no trust manager).
 */
public interface TlsPlan {
  /** The context of this generation. */
  SSLContext context();

  /**
   * Sets server name, protocol versions, application protocols (with Istio's names before the plain
   * ones) and no endpoint identification: the peer is judged by its SPIFFE id, not by a DNS name.
   *
   * @param applicationProtocols what the library can speak, best first: {@code h2}, {@code
   *     http/1.1}; empty: no ALPN
   */
  void configure(SSLParameters parameters, List<String> applicationProtocols);

  /**
   * A client engine, configured. For libraries that drive TLS themselves.
   *
   * @param endpoint where it connects to: a session is resumed with the instance that it was agreed
   *     with, and with no other
   */
  SSLEngine engine(InetSocketAddress endpoint, List<String> applicationProtocols);

  /**
   * Layers TLS over a connected socket, configured, without the handshake: for blocking libraries
   * that shake hands by themselves. They bound the handshake, and {@link #verify} the session after
   * it.
   */
  SSLSocket layer(Socket connected, List<String> applicationProtocols) throws IOException;

  /**
   * Layers TLS over a connected socket and shakes hands, for blocking libraries. The socket's own
   * read timeout is as before afterwards; on failure the socket is closed.
   *
   * @param handshakeMillis bound of the handshake, more than 0: a peer that accepts and stays
   *     silent would hang the call otherwise
   * @throws IOException when the handshake fails, times out, or the peer is not whom we expect
   */
  SSLSocket wrap(Socket connected, List<String> applicationProtocols, int handshakeMillis)
      throws IOException;

  /**
   * Checks the peer of a session against the principals expected, also after a resumption.
   *
   * @throws SSLPeerUnverifiedException when the peer proved no identity, or a wrong one
   */
  PeerIdentity verify(SSLSession session) throws SSLPeerUnverifiedException;
}
