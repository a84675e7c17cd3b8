// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.instrumentation.httpurlconnection.Attempts.Phase;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * What a connection sends to one URL: one call of the core. Here are its phases, as the JDK goes
 * through them (connect, write, read) or as we do for it; what follows an attempt is decided in
 * {@link Attempts}.
 *
 * <p>Driven by the thread that holds the connection's lock; only {@link #disconnected} and the end
 * come from any thread. What the JDK does by itself when sending fails, a second try of any method
 * (HttpClient.parseHTTP, HttpURLConnection.writeRequests), is switched off for attempts that the
 * mesh governs; elsewhere it stays, and its send asks for headers again.
 */
final class Hop {
  private static final WeakIdentityMap<HttpURLConnection, Hop> HOPS =
      new WeakIdentityMap<>(hop -> hop.attempts.lost());

  /**
   * The hop whose connect, write or read this thread is in: how the JDK's pool and sockets find it.
   */
  private static final ThreadLocal<Hop> CURRENT = new ThreadLocal<>();

  /** Whether any call has wanted a body yet; until then reading one costs nothing. */
  private static volatile boolean overhearing;

  private final Attempts attempts;
  private final HopRequest request;
  private Hop outer;
  private boolean secondTryForbidden;
  private boolean failedOnce;

  private Hop(Attempts attempts, HopRequest request) {
    this.attempts = attempts;
    this.request = request;
  }

  /** The hop of a connection, or null. */
  static Hop of(HttpURLConnection connection) {
    return HOPS.get(connection);
  }

  /** The hop whose I/O this thread does, or null. */
  static Hop current() {
    return CURRENT.get();
  }

  /** The attempt whose I/O this thread does, or null. */
  static InFlight attempt() {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.attempts.current();
  }

  /** The same, if its connections are the mesh's; or null. */
  static InFlight governed() {
    InFlight now = attempt();
    return now == null || !now.governed() ? null : now;
  }

  /** The hop to enter a phase of; null if there is none, or this thread is in one already. */
  static Hop entering(HttpURLConnection connection) {
    Hop hop = HOPS.get(connection);
    if (hop == null || hop == CURRENT.get()) {
      return null;
    }
    return hop.enter();
  }

  /** The application has read a part of the body; a negative count: its end. */
  static void read(HttpURLConnection connection, byte[] to, int offset, int count) {
    if (count >= 0 && !overhearing) {
      return;
    }
    Hop hop = HOPS.get(connection);
    if (hop == null) {
      return;
    }
    Overheard body = hop.attempts.overheard();
    if (count < 0) {
      hop.attempts.ended(true);
    } else if (body != null) {
      body.add(to, offset, count);
    }
  }

  /** It goes back in the body, and will read a part of it twice. */
  static void reset(HttpURLConnection connection) {
    Hop hop = overhearing ? HOPS.get(connection) : null;
    Overheard body = hop == null ? null : hop.attempts.overheard();
    if (body != null) {
      body.forget();
    }
  }

  /** The body is closed. */
  static void closed(HttpURLConnection connection) {
    Hop hop = HOPS.get(connection);
    if (hop != null) {
      hop.attempts.ended(false);
    }
  }

  /** From now on bodies are looked at. */
  static void overhear() {
    overhearing = true;
  }

  /**
   * What the application gets for an error in the body: a timeout where the mesh's bound caused it.
   */
  static Throwable[] broken(HttpURLConnection connection, Throwable error) {
    Hop hop = HOPS.get(connection);
    InFlight attempt = hop == null ? null : hop.attempts.current();
    if (attempt == null
        || !attempt.aborted()
        || hop.attempts.gone()
        || !(error instanceof IOException)) {
      return null;
    }
    SocketTimeoutException timeout =
        new SocketTimeoutException("inboard: the call's time was up before its body was read");
    timeout.initCause(error);
    return new Throwable[] {timeout};
  }

  private Hop enter() {
    outer = CURRENT.get();
    CURRENT.set(this);
    return this;
  }

  private void leave() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
      outer = null;
    }
  }

  // Begin and connect

  /**
   * Begins a hop: it, or what comes of connecting instead (an array, see {@link HopAdvice}), or
   * null when there is nothing to do.
   */
  static Object begin(HttpURLConnection connection) {
    if (Inboard.outbound().disabled() && HOPS.isEmpty()) {
      return null;
    }
    Hop before = HOPS.get(connection);
    if (before != null) {
      if (before == CURRENT.get()) {
        return null;
      }
      // The JDK follows a redirect or answers a challenge.
      before.attempts.finish();
    }
    HopRequest request = new HopRequest(connection);
    Call call = Inboard.outbound().begin(request);
    if (call == Call.UNTOUCHED && CURRENT.get() == null) {
      HOPS.remove(connection, before);
      return null;
    }
    Hop hop = new Hop(new Attempts(call, request, new Patience(connection)), request);
    HOPS.put(connection, hop);
    if (call == Call.UNTOUCHED) {
      // Made inside another hop's I/O (by a cookie handler, say), whose headers it must not get.
      return hop.enter();
    }
    Throwable[] instead = hop.attempts.first(connection);
    if (instead != null) {
      return instead;
    }
    return hop.attempts.current() == null ? null : hop.enter();
  }

  /** Exit of plainConnect0. */
  Throwable[] connected(HttpURLConnection connection, Throwable error) {
    leave();
    InFlight now = attempts.current();
    if (now == null) {
      return null;
    }
    if (error != null) {
      return attempts.failed(connection, error, Phase.CONNECT, this::send);
    }
    if (Internals.http(connection) == null) {
      // A response cache of the application had it.
      attempts.finish();
    } else if (!now.governed()) {
      now.attempt().connected(null);
    }
    return null;
  }

  /**
   * There is no connection after all: what an https connection does beyond plainConnect0 failed.
   * Within a send of ours, the sender reports it.
   */
  static void unconnected(HttpURLConnection connection, Throwable error) {
    Hop hop = HOPS.get(connection);
    if (hop != null && hop != CURRENT.get()) {
      hop.answered(connection, error);
    }
  }

  // Write

  /**
   * Enter of writeRequests. A connection that died since it was taken (the application may have
   * taken its time to write a body) is replaced: no byte was sent, so this is safe.
   *
   * @return the hop; or why there is no connection; or null as {@link #entering}
   */
  static Object writing(HttpURLConnection connection) {
    Hop hop = entering(connection);
    InFlight now = hop == null ? null : hop.attempts.current();
    HttpClient client = Internals.http(connection);
    if (now == null
        || now.repeats()
        || now.sent()
        || client == null
        || !MeshConnections.dead(client)) {
      return hop;
    }
    client.closeServer();
    now.drop();
    try {
      Internals.connect(connection);
      return hop;
    } catch (IOException e) {
      return e;
    }
  }

  /** Exit of writeRequests. */
  Throwable[] written(HttpURLConnection connection, Throwable error) {
    leave();
    allowSecondTry(connection);
    InFlight now = attempts.current();
    if (error == null || now == null) {
      return null;
    }
    if (!now.died()) {
      return attempts.failed(connection, error, Phase.WRITE, this::send);
    }
    now.drop();
    try {
      send(connection, Phase.WRITE);
      return new Throwable[] {null};
    } catch (Throwable e) {
      Throwable[] instead = attempts.failed(connection, e, Phase.WRITE, this::send);
      return instead == null ? new Throwable[] {e} : instead;
    }
  }

  /** The application writes a part of a body that it streams. */
  static void writes(HttpURLConnection connection, byte[] from, int offset, int length) {
    Hop hop = HOPS.get(connection);
    if (hop != null) {
      hop.attempts.writes(from, offset, length);
    }
  }

  /** It could not. */
  static Throwable[] unwritten(HttpURLConnection connection, Throwable error) {
    Hop hop = HOPS.get(connection);
    InFlight now = hop == null ? null : hop.attempts.current();
    HttpClient client = Internals.http(connection);
    if (now == null || now.reported() || client == null) {
      return null;
    }
    boolean ours = now.aborted() || ((PrintStream) client.getOutputStream()).checkError();
    // Else it wrote too much, or too late: the connection is not to blame.
    return ours ? hop.attempts.failed(connection, error, Phase.BODY, hop::send) : null;
  }

  /** One physical send: the head to write; null to write it as it is. */
  MessageHeader head(MessageHeader head) {
    InFlight now = attempts.current();
    MessageHeader copy = now == null ? null : Messages.copy(head, now.attempt());
    if (copy != null) {
      if (!now.repeats()) {
        forbidSecondTry();
        if (hasDied(now)) {
          return copy;
        }
      }
      now.send();
      attempts.patience().sending();
    }
    return copy;
  }

  /**
   * The last look at a connection from the pool: what comes after {@link #writing} takes long
   * enough for many a server's idle timeout. Closed, it takes no byte of the head, and the JDK says
   * so. A new connection is not asked: its server may have spoken first.
   */
  private boolean hasDied(InFlight now) {
    HttpURLConnection connection = request.connection();
    HttpClient client = connection == null ? null : Internals.http(connection);
    if (client == null || now.sent() || !MeshConnections.diedInPool(client)) {
      return false;
    }
    client.closeServer();
    now.die();
    return true;
  }

  /**
   * HttpURLConnection.writeRequests sends again, whatever the method, when it could not write,
   * unless it failed once. To be said here, between the making of the head and the look at the
   * outcome: the head of a connection that failed once lacks its request line on 17.
   */
  private void forbidSecondTry() {
    HttpURLConnection connection = request.connection();
    if (connection != null && !secondTryForbidden) {
      secondTryForbidden = true;
      failedOnce = Internals.failedOnce(connection, true);
    }
  }

  private void allowSecondTry(HttpURLConnection connection) {
    if (secondTryForbidden) {
      secondTryForbidden = false;
      Internals.failedOnce(connection, failedOnce);
    }
  }

  // Read

  /** Enter of parseHTTP. */
  void reading(HttpURLConnection connection, HttpClient client) {
    InFlight now = attempts.current();
    if (now != null && !now.repeats()) {
      client.setDoNotRetry(true);
      // So that a head that breaks off is told from none.
      Internals.responses(connection).reset();
    }
  }

  /** Exit of parseHTTP. */
  Throwable[] read(HttpURLConnection connection, Throwable error) {
    leave();
    InFlight now = attempts.current();
    if (now == null || !now.sent() || now.reported()) {
      // The answer to a CONNECT, or to a second request on a connection kept for authentication.
      return null;
    }
    boolean beforeBody = connection.streaming() && !Internals.streamsBody(connection);
    if (beforeBody && error instanceof SocketTimeoutException && !now.aborted()) {
      // "Expect: 100-continue" without an answer: the JDK sends the body all the same.
      return null;
    }
    if (error != null) {
      if (Internals.responses(connection).getValue(0) != null) {
        now.answering();
      }
      return attempts.failed(connection, error, Phase.READ, this::send);
    }
    if (beforeBody && Messages.status(Internals.responses(connection)) == 100) {
      return null;
    }
    return attempts.responded(connection, this::send);
  }

  // Again

  private void send(HttpURLConnection connection, Phase reach) throws Throwable {
    enter();
    try {
      Internals.connect(connection);
      if (reach == Phase.CONNECT) {
        return;
      }
      try {
        Internals.writeRequests(connection);
      } finally {
        allowSecondTry(connection);
      }
      if (reach == Phase.WRITE) {
        return;
      }
      HttpClient client = Internals.http(connection);
      if (connection.streaming()) {
        request.kept().send(Internals.requests(connection), client.getOutputStream());
      }
      client.setDoNotRetry(true);
      Patience patience = attempts.patience();
      if (patience.boundsReading()) {
        client.setReadTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience.left())));
      }
      Internals.parseHttp(connection);
      client.setReadTimeout(connection.getReadTimeout());
    } finally {
      leave();
    }
  }

  // The end

  /** Exit of getInputStream0. */
  void answered(HttpURLConnection connection, Throwable error) {
    InFlight now = attempts.current();
    if (error != null && now != null && !now.reported() && !attempts.gone()) {
      attempts.failedUnseen(error);
    }
    attempts.handOn();
    if (error != null) {
      // 404 and its like are errors here.
      attempts.finish();
    } else if (Internals.http(connection) == null) {
      // There is no body.
      attempts.ended(true);
    }
  }

  /** The application disconnects, perhaps from another thread. */
  void disconnected() {
    attempts.disconnected();
  }
}
