// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import java.io.IOException;
import java.net.Socket;

/**
 * One attempt of a hop. Used by the thread that makes the call; {@link #abort} comes from the
 * mesh's timer or from a thread that disconnects.
 */
final class Try {
  private final Attempt attempt;

  /** Null where the mesh does not choose the connection. */
  private final Endpoint endpoint;

  /**
   * The connection of this attempt, once there is one. Written under this, before aborted is read.
   */
  private volatile Wire wire;

  private volatile boolean aborted;

  /** The core has been told how this attempt ended; the calling thread's own. */
  private boolean reported;

  private boolean sent;

  Try(Attempt attempt, Endpoint endpoint) {
    this.attempt = attempt;
    this.endpoint = endpoint;
  }

  Attempt attempt() {
    return attempt;
  }

  /** Null where the mesh does not choose the connection. */
  Endpoint endpoint() {
    return endpoint;
  }

  boolean reported() {
    return reported;
  }

  void report() {
    reported = true;
  }

  boolean sent() {
    return sent;
  }

  void send() {
    sent = true;
  }

  boolean connected() {
    return endpoint == null || wire != null;
  }

  boolean aborted() {
    return aborted;
  }

  /** Takes a connection; one that comes when the time is up already is closed at once. */
  void use(Wire wire) {
    wire.take(this);
    this.wire = wire;
    if (aborted) {
      wire.closeFor(this);
    }
  }

  /** The connection did not become one: TLS failed. */
  void drop() {
    wire = null;
  }

  /** Stops the I/O; does not block. */
  void abort() {
    aborted = true;
    Wire now = wire;
    if (now != null) {
      now.closeFor(this);
    }
  }

  /** Closes without a word; for sockets that nobody will use. */
  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }
}
