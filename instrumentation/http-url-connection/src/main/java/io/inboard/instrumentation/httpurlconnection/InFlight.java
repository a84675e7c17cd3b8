// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * One attempt of a hop. Used by the thread that makes the call; {@link #abort} comes from the
 * mesh's timer or from a thread that disconnects.
 */
final class InFlight {
  private final Attempt attempt;
  private final boolean governed;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  private final Patience patience;

  /**
   * The connection of this attempt, once there is one. Written under this, before aborted is read.
   */
  private volatile MeshConnection wire;

  private volatile boolean aborted;

  /** The outcome of this attempt was reported to the mesh; the calling thread's own. */
  private boolean reported;

  /** There was a connection for it; the calling thread's own. */
  private boolean used;

  private boolean sent;
  private boolean answering;

  /** Its connection, from the pool, was found dead before the first byte; the calling thread's. */
  private boolean died;

  /** The end of the connect's time; the calling thread's own. */
  private long connectDeadline;

  InFlight(Attempt attempt, boolean governed, Endpoint endpoint, Patience patience) {
    this.attempt = attempt;
    this.governed = governed;
    this.endpoint = endpoint;
    this.patience = patience;
  }

  Attempt attempt() {
    return attempt;
  }

  /** Whether the mesh decides what follows, and keeps an eye on the connection. */
  boolean governed() {
    return governed;
  }

  /**
   * Whether the JDK may send again by itself; if not, it has no connection that looks dead, either.
   */
  boolean repeats() {
    return !attempt.meshRetries();
  }

  /** Null where the library resolves the host. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** The pool of its connections; null: the JDK's own. */
  Object poolKey() {
    return endpoint == null ? null : endpoint.poolKey();
  }

  /**
   * What bounds a connect now, in milliseconds; 0: nothing. Begins the time of {@link
   * #connectNanosLeft}.
   */
  int connectMillis() {
    long nanos =
        Math.min(
            patience.leftToConnect(),
            Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos()));
    if (nanos == Long.MAX_VALUE) {
      connectDeadline = Long.MAX_VALUE;
      return 0;
    }
    connectDeadline = System.nanoTime() + nanos;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  long connectNanosLeft() {
    return connectDeadline == Long.MAX_VALUE ? Long.MAX_VALUE : connectDeadline - System.nanoTime();
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
    patience.sending();
    sent = true;
  }

  /** How far it came. */
  Progress progress() {
    if (sent) {
      return answering ? Progress.RESPONSE_STARTED : Progress.SENT;
    }
    return !governed || used ? Progress.NOT_SENT : Progress.NOT_CONNECTED;
  }

  /** A part of the response's head is there. */
  void answering() {
    answering = true;
  }

  boolean aborted() {
    return aborted;
  }

  /**
   * A connection under way, which a timeout may close; one that comes when the time is up already
   * is closed at once.
   */
  void connecting(MeshConnection wire) {
    wire.take(this);
    this.wire = wire;
    if (aborted) {
      wire.closeFor(this);
    }
  }

  /** The same, when TCP has its connection. */
  MeshConnection connected(Socket socket) {
    MeshConnection now = wire;
    if (now == null || now.socket() != socket) {
      // One through a SOCKS proxy, which the JDK makes elsewhere.
      now = new MeshConnection(poolKey(), socket);
      connecting(now);
    }
    return now;
  }

  /** The connection that the request goes over. */
  void use(MeshConnection wire) {
    connecting(wire);
    used = true;
    attempt.connected(wire.session());
  }

  /** The connection is none any more, and nothing was written to it. */
  void die() {
    died = true;
  }

  boolean died() {
    return died;
  }

  /** The connection did not become one, or is none any more. */
  void drop() {
    wire = null;
    used = false;
    died = false;
  }

  /** Stops the I/O; does not block. */
  void abort() {
    aborted = true;
    MeshConnection now = wire;
    if (now != null) {
      now.closeFor(this);
    }
  }

  /** Closes, ignoring errors; for sockets that will not be used. */
  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }
}
