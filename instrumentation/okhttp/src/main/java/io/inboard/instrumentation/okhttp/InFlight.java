// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import okhttp3.Address;
import okhttp3.internal.connection.Exchange;

/**
 * One attempt of a hop. Used by the thread that makes the call; {@link #abort} comes from the
 * mesh's timer, {@link #finish} from whoever reads the body.
 */
final class InFlight {
  private final Attempt attempt;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  private boolean directed;
  private boolean connected;
  private boolean headWritten;

  /** By the thread that makes the call, or that writes a duplex body. */
  private volatile boolean broken;

  private volatile boolean aborted;

  /** Null before the library connects for this attempt. Guarded by this, as the next two. */
  private AttemptSockets sockets;

  private Exchange exchange;
  private boolean finished;

  InFlight(Attempt attempt, boolean bystander) {
    this.attempt = attempt;
    this.endpoint = bystander ? null : attempt.endpoint().orElse(null);
  }

  Attempt attempt() {
    return attempt;
  }

  boolean hasEndpoint() {
    return endpoint != null;
  }

  /** The library asks where to connect. */
  synchronized Address address(Address own) {
    // 3.14 asks twice; what it was told first must not count if the second time fails.
    directed = false;
    long nanos = Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos());
    sockets = new AttemptSockets(own.socketFactory(), nanos);
    if (aborted) {
      sockets.stop();
    }
    Address made =
        endpoint == null
            ? withSockets(own)
            : new EndpointRoute(endpoint, sockets, own).address(own);
    directed = true;
    return made;
  }

  /** The library's own, but for the sockets. */
  private Address withSockets(Address own) {
    return new Address(
        own.url().host(),
        own.url().port(),
        own.dns(),
        sockets,
        own.sslSocketFactory(),
        own.hostnameVerifier(),
        own.certificatePinner(),
        own.proxyAuthenticator(),
        own.proxy(),
        own.protocols(),
        own.connectionSpecs(),
        own.proxySelector());
  }

  /** Whether it was told. */
  boolean isDirected() {
    return directed;
  }

  /** There is a connection. */
  void connected(Exchange made) {
    connected = true;
    synchronized (this) {
      exchange = made;
      if (aborted) {
        made.cancel();
      }
    }
    SSLSession session =
        endpoint != null && Internals.connection(made).socket() instanceof SSLSocket secured
            ? secured.getSession()
            : null;
    if (session == null && endpoint != null && endpoint.tls().isPresent()) {
      // It leads elsewhere, whatever went wrong: nothing may be sent over it.
      made.cancel();
    }
    attempt.connected(session);
  }

  /** Its reading or writing has failed. */
  void broken() {
    broken = true;
  }

  boolean isBroken() {
    return broken;
  }

  boolean isConnected() {
    return connected;
  }

  /** Whether the head is to be written now; once. */
  boolean takeHead() {
    boolean now = connected && !headWritten;
    headWritten |= now;
    return now;
  }

  /** Whether a byte of the request may have been sent. */
  boolean isSent() {
    return headWritten;
  }

  /** Connecting is over, one way or the other. */
  synchronized void leave() {
    if (sockets != null) {
      sockets.leave();
    }
  }

  /** Its connection may be another attempt's from now on. Any thread. */
  synchronized void finish() {
    finished = true;
    exchange = null;
  }

  boolean isAborted() {
    return aborted;
  }

  /** Stops the I/O of this attempt; over HTTP/2, its stream alone. Any thread. */
  synchronized void abort() {
    if (finished) {
      return;
    }
    aborted = true;
    if (exchange != null) {
      exchange.cancel();
    } else if (sockets != null) {
      sockets.stop();
    }
  }
}
