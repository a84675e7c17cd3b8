// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.TlsPlan;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Judges the peer of a new connection. A handshake that resumes a session asks no trust manager,
 * hence after every handshake; a pooled connection is of the same TLS generation by its key.
 */
final class Verification {
  private Verification() {}

  /**
   * Fails with {@link SSLPeerUnverifiedException}, and closes the connection. For a connection that
   * ended within the handshake, too, the JDK says that it is connected (SSLFlowDelegate sets the
   * application protocol "regardless"): that is no verdict about the peer, who has shown nothing.
   */
  static CompletableFuture<?> after(
      CompletableFuture<?> connected, Object connection, TlsPlan plan) {
    return connected.thenCompose(
        done -> {
          SSLSession session = Internals.engine(connection).getSession();
          if (!agreed(session)) {
            Internals.close(connection);
            return CompletableFuture.failedFuture(
                new SSLHandshakeException("Remote host terminated the handshake"));
          }
          try {
            plan.verify(session);
            return CompletableFuture.completedFuture(null);
          } catch (SSLPeerUnverifiedException e) {
            Internals.close(connection);
            return CompletableFuture.failedFuture(e);
          }
        });
  }

  /** Whether a handshake has come to its end; until then an engine has a session without cipher. */
  static boolean agreed(SSLSession session) {
    return !session.getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL");
  }
}
