// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import io.inboard.call.client.Refusals;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import okhttp3.Address;
import okhttp3.Connection;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.Exchange;
import okhttp3.internal.http2.ConnectionShutdownException;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;

/**
 * One attempt of a hop. Used by the thread that makes the call; {@link #abort} comes from the
 * mesh's timer, {@link #finish} from whoever reads the body.
 */
final class InFlight {
  /** What servers take of a head unless told otherwise: Tomcat, Jetty and Netty. */
  private static final long USUAL_HEAD = 8 * 1024;

  private final Attempt attempt;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  private boolean connected;
  private boolean headWritten;

  /** Null before there is one. */
  private Connection connection;

  /** Null: it may be sent over its connection. */
  private SSLException refusal;

  /** By the thread that makes the call, or that writes a duplex body. */
  private volatile boolean broken;

  private volatile boolean aborted;

  /** Null before the library connects for this attempt. Guarded by this, as the next two. */
  private AttemptRoute route;

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

  /** Whether its connection has the mesh's TLS, whose protocol the mesh has negotiated. */
  boolean isSecured() {
    return endpoint != null && endpoint.tls().isPresent();
  }

  /** The library asks where to connect. */
  synchronized Address address(Address own) {
    // 3.14 asks twice; what it was told first must not count if the second time fails.
    route = null;
    AttemptRoute made =
        new AttemptRoute(
            endpoint, own, Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos()));
    if (aborted) {
      made.stop();
    }
    Address address = made.address();
    route = made;
    return address;
  }

  /** What is thrown where it was not told. */
  SSLException ledElsewhere() {
    return Refusals.unsecured(OkHttpHooks.NAME, endpoint, "its connection leads elsewhere");
  }

  /** Whether it was told. */
  synchronized boolean isDirected() {
    return route != null;
  }

  /** There is a connection. */
  void connected(Exchange made, Connection connection) {
    connected = true;
    this.connection = connection;
    synchronized (this) {
      exchange = made;
      if (aborted) {
        made.cancel();
      }
    }
    SSLSession session =
        endpoint != null && connection.socket() instanceof SSLSocket secured
            ? secured.getSession()
            : null;
    if (session == null && endpoint != null && endpoint.tls().isPresent()) {
      // It leads elsewhere, whatever went wrong: nothing may be sent over it.
      made.cancel();
    }
    SSLException astray =
        endpoint == null
            ? Refusals.astray(attempt, connection.socket().getRemoteSocketAddress()).orElse(null)
            : null;
    if (astray != null) {
      refuse(connection, astray);
      return;
    }
    attempt.connected(session);
  }

  /** Closed here, nothing of it can be written, also by a stream of HTTP/2 that comes later. */
  private void refuse(Connection connection, SSLException why) {
    refusal = why;
    try {
      connection.socket().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Counts as an error of ours, and is not seen to happen.
    }
  }

  /** Why its connection was closed before it was used; null: it was not. */
  IOException refusal() {
    return refusal;
  }

  /** What the server has answered before this error of sending; null: nothing. */
  Response early(Throwable error, Request sent, Connection connection) {
    Exchange now;
    synchronized (this) {
      now = exchange;
    }
    return isSecured() && now != null && EarlyAnswer.isComplete(error)
        ? EarlyAnswer.read(now, connection.handshake(), sent)
        : null;
  }

  /** Its reading or writing has failed. */
  void broken() {
    broken = true;
  }

  /** Whether it did not fail by itself: an interceptor or a body of the application has. */
  boolean isDisturbed() {
    return connected && !broken;
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

  /** How far it came before this error. */
  Progress progress(Throwable error) {
    if (error instanceof StreamResetException reset
        && reset.errorCode == ErrorCode.REFUSED_STREAM) {
      return Progress.REFUSED_STREAM;
    }
    if (!connected) {
      return Progress.NOT_CONNECTED;
    }
    if (refusal != null || !headWritten || error instanceof ConnectionShutdownException) {
      return Progress.NOT_SENT;
    }
    return isWithinHead(error) ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  /**
   * Whether a server of HTTP/2 took a request's head for too large. Tomcat then ends the stream,
   * or, of twice as much, the connection with all that is under way there; neither says more than
   * that the client should send less. Another server would do the same.
   */
  boolean isTooLarge(Throwable error, Request request) {
    boolean blamed =
        (error instanceof StreamResetException reset
                && reset.errorCode == ErrorCode.ENHANCE_YOUR_CALM)
            || (connection != null && GoAways.hasEnded(connection));
    return blamed && size(request) > USUAL_HEAD;
  }

  /** As RFC 9113 counts it, section 6.5.2. */
  private static long size(Request request) {
    Headers headers = request.headers();
    return request.url().toString().length() + headers.byteCount() + 32L * headers.size();
  }

  /** A head that broke off, as Okio tells it, or that was none. */
  private static boolean isWithinHead(Throwable error) {
    return error instanceof ProtocolException
        || (error.getCause() instanceof EOFException end
            && end.getMessage() != null
            && end.getMessage().contains("not found: limit=")
            && !end.getMessage().contains("limit=0 "));
  }

  /** Connecting is over, one way or the other. */
  synchronized void leave() {
    if (route != null) {
      route.leave();
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
    } else if (route != null) {
      route.stop();
    }
  }
}
