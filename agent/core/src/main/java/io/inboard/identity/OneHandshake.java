// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * Lets an engine or a socket shake hands once. A peer that asks for another handshake on an open
 * connection (renegotiation, which TLS 1.2 still has) finds no version and no suite to agree on,
 * and the connection ends: who it is was proved when the connection began, and one that could ask
 * again and again would have the costliest thing that a server does for a few bytes each.
 * BoringSSL, and so Envoy, refuses it, too, on both sides. The JDK has no setting for a single
 * engine but the constraints on algorithms, which it asks at the beginning of every handshake. Any
 * thread.
 */
final class OneHandshake implements AlgorithmConstraints {
  private static final String NO_SUITE = "NULL_WITH_NULL_NULL";

  private static final String TLS_1_3 = "TLSv1.3";

  private final BooleanSupplier first;

  private OneHandshake(BooleanSupplier first) {
    this.first = first;
  }

  /** For an engine that has not begun. */
  static OneHandshake of(SSLEngine engine) {
    return new OneHandshake(() -> isFirst(engine.getSession()));
  }

  /**
   * The session of an engine that has not shaken hands has no suite. One of TLS 1.3, which knows no
   * second handshake, has its suite already when the peer's certificate is judged.
   */
  private static boolean isFirst(SSLSession session) {
    return session.getCipherSuite().endsWith(NO_SUITE) || session.getProtocol().equals(TLS_1_3);
  }

  /** For a socket that has shaken hands; one that has not would do so when it is asked. */
  static void wasThatOf(SSLSocket socket) {
    if (!socket.getSession().getProtocol().equals(TLS_1_3)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setAlgorithmConstraints(new OneHandshake(() -> false));
      socket.setSSLParameters(parameters);
    }
  }

  @Override
  public boolean permits(
      Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
    return first.getAsBoolean();
  }

  @Override
  public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
    return first.getAsBoolean();
  }

  @Override
  public boolean permits(
      Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
    return first.getAsBoolean();
  }
}
