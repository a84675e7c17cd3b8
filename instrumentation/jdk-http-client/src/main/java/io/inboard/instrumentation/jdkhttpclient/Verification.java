// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.TlsPlan;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Judges the peer of a new connection. A handshake that resumes a session asks no trust manager,
 * hence after every handshake; a pooled connection is of the same TLS generation by its key.
 */
final class Verification {
  private Verification() {}

  /** Fails with {@link SSLPeerUnverifiedException}, and closes the connection. */
  static CompletableFuture<?> after(
      CompletableFuture<?> connected, Object connection, TlsPlan plan) {
    return connected.thenCompose(
        done -> {
          try {
            plan.verify(Internals.engine(connection).getSession());
            return CompletableFuture.completedFuture(null);
          } catch (SSLPeerUnverifiedException e) {
            Internals.close(connection);
            return CompletableFuture.failedFuture(e);
          }
        });
  }
}
