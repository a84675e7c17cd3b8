// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.net.Socket;
import javax.net.ssl.SSLSession;

/**
 * What is known of a connection that we made: beside a {@code sun.net.www.http.HttpClient}, from
 * the pool and back.
 */
final class MeshConnection {
  private final Object poolKey;

  /** The TCP socket under TLS: closing it, unlike an SSLSocket, never waits for a writer. */
  private final Socket socket;

  /** Null in plaintext. Written before the wire is published. */
  private SSLSession session;

  /** Whose it is; null in the pool. Guarded by this. */
  private InFlight user;

  /** When it came back to the pool. Guarded by this. */
  private long idleSince;

  /** Whether it ever did. Guarded by this. */
  private boolean rested;

  MeshConnection(Object poolKey, Socket socket) {
    this.poolKey = poolKey;
    this.socket = socket;
  }

  Socket socket() {
    return socket;
  }

  Object poolKey() {
    return poolKey;
  }

  SSLSession session() {
    return session;
  }

  void secured(SSLSession session) {
    this.session = session;
  }

  synchronized void take(InFlight user) {
    this.user = user;
  }

  synchronized void giveBack(long nowNanos) {
    user = null;
    idleSince = nowNanos;
    rested = true;
  }

  synchronized boolean hasRested() {
    return rested;
  }

  synchronized long restedNanos(long nowNanos) {
    return nowNanos - idleSince;
  }

  /**
   * Closes it if it still is this attempt's: a timer that fires late must not hit the next user.
   */
  synchronized void closeFor(InFlight user) {
    if (this.user == user) {
      InFlight.close(socket);
    }
  }
}
