// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.TlsPlan;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Judges a handshake that has succeeded, before the library may use its connection. Any thread. */
public final class Handshakes {
  private static final String HTTP_2 = "h2";

  private Handshakes() {}

  /**
   * What speaks against the peer, also after a resumption, which asks no trust manager; so does an
   * error of ours, since what was not judged must not be used.
   *
   * @param engine whose handshake has ended
   * @param protocol what the library is going to speak: {@code h2} or {@code http/1.1}
   * @return empty: the connection may be used
   */
  public static Optional<SSLException> objection(TlsPlan plan, SSLEngine engine, String protocol) {
    try {
      plan.verify(engine.getSession());
      requireAgreed(protocol, engine.getApplicationProtocol());
      return Optional.empty();
    } catch (SSLException e) {
      return Optional.of(e);
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(new SSLException("inboard: the peer could not be judged", e));
    }
  }

  /**
   * HTTP/2 must have been agreed on where it is going to be spoken (RFC 9113 section 3.2); HTTP/1.1
   * is spoken without that, too.
   *
   * @param agreed by ALPN; empty or null: nothing
   */
  public static void requireAgreed(String protocol, String agreed) throws SSLHandshakeException {
    if (protocol.equals(HTTP_2) && !protocol.equals(agreed)) {
      throw new SSLHandshakeException("the server does not speak HTTP/2 over TLS");
    }
  }
}
