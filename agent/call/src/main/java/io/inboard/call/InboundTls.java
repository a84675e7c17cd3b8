// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** TLS on the application's own ports. Safe for use by any thread. */
public interface InboundTls {
  /** No port is touched. */
  InboundTls DISABLED = new NoInboundTls();

  /**
   * How connections to a port are treated now. Asked for every connection, since settings change.
   */
  Mode mode(int localPort);

  /**
   * A server engine of the current generation: asks for a client certificate and requires it, picks
   * the application protocol by a selector (a peer that offers only foreign names gets none, not an
   * alert). Never cached: a new connection, a new engine.
   *
   * @param preferred what the application has the server speak, best first
   * @param possible what the server can speak beyond that; the client's order chooses, where it
   *     offers none of the preferred. Both empty: no ALPN
   * @throws SSLException when there is no usable identity: the connection is to be closed
   */
  SSLEngine engine(List<String> preferred, List<String> possible) throws SSLException;

  /** The same, with nothing beyond what is preferred. */
  default SSLEngine engine(List<String> applicationProtocols) throws SSLException {
    return engine(applicationProtocols, List.of());
  }

  /** Who the peer of a session of ours is; empty when it proved nothing. Cached in the session. */
  Optional<PeerIdentity> peer(SSLSession session);

  /**
   * Why {@link #peer} knows nobody of a session whose handshake ended well: the certificate has
   * expired since, or its root is trusted no longer.
   */
  default Refusal lapsed(SSLSession session) {
    return Refusal.EXPIRED;
  }

  /** How long a handshake may take, and a first byte be awaited in STRICT, in milliseconds. */
  int handshakeMillis();

  /**
   * Counts a connection that is served: its first bytes told what it speaks, and a handshake of
   * ours succeeded. Not asked on ports with mode DISABLE, whose connections are not inspected.
   *
   * @param mutual TLS of ours; else the application's own bytes
   */
  default void accepted(int localPort, boolean mutual) {}

  /**
   * Counts a connection that was refused before it had a request, and says so: plaintext where only
   * TLS is accepted, a handshake that failed or took too long. Not one whose peer went away or was
   * silent.
   *
   * @param remote the other side; may be unresolved
   */
  default void refused(int localPort, InetSocketAddress remote, Refusal why) {}

  /** Hears what becomes of connections. Safe for use by any thread; neither blocks nor throws. */
  interface Listener {
    /** Hears nothing. */
    Listener NONE =
        new Listener() {
          @Override
          public void accepted(int localPort, boolean mutual) {}

          @Override
          public void refused(int localPort, InetSocketAddress remote, Refusal why) {}
        };

    /** See {@link InboundTls#accepted}. */
    void accepted(int localPort, boolean mutual);

    /** See {@link InboundTls#refused}. */
    void refused(int localPort, InetSocketAddress remote, Refusal why);
  }

  /** How a port treats connections; Istio's words (PeerAuthentication). */
  enum Mode {
    /** The mesh does not touch the connection. */
    DISABLE,
    /** Mutual TLS or plaintext, told by the first bytes. */
    PERMISSIVE,
    /** Mutual TLS only. */
    STRICT
  }
}
