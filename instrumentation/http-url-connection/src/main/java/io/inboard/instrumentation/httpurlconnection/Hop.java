// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.Outcome;
import io.inboard.instrumentation.httpurlconnection.HopTransport.Phase;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * What a connection sends to one URL: one call of the core. Here are its phases, as the JDK goes
 * through them (connect, write, read) or as we do for it; {@link BlockingCall} decides what follows
 * an attempt, and {@link HopTransport} sends it.
 *
 * <p>Driven by the thread that holds the connection's lock; only {@link #disconnected} and the end
 * come from any thread. What the JDK does by itself when sending fails, a second try of any method
 * (HttpClient.parseHTTP, HttpURLConnection.writeRequests), is switched off for attempts that the
 * mesh governs; elsewhere it stays, and its send asks for headers again.
 */
final class Hop {
  private static final WeakIdentityMap<HttpURLConnection, Hop> HOPS =
      new WeakIdentityMap<>(Hop::lost);

  /**
   * The hop whose connect, write or read this thread is in: how the JDK's pool and sockets find it.
   */
  private static final ThreadLocal<Hop> CURRENT = new ThreadLocal<>();

  private final Call core;
  private final HopRequest request;
  private final HopTransport transport;
  private final BlockingCall<MessageHeader> call;
  private final HopBody body;

  /** The thread that got the response, and has no I/O under way once it does something else. */
  private volatile long owner;

  private Hop outer;

  private Hop(Call core, HopRequest request, HttpURLConnection connection) {
    this.core = core;
    this.request = request;
    this.transport = new HopTransport(this, request, new Patience(connection));
    this.call = new BlockingCall<>(core, transport);
    this.body = new HopBody(call);
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
    return hop == null ? null : hop.transport.current();
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

  HopBody body() {
    return body;
  }

  /** Whether a bound of the mesh has stopped the attempt, and not the application. */
  boolean timeIsUp() {
    InFlight now = transport.current();
    return now != null && now.aborted() && !call.isCancelled();
  }

  Hop enter() {
    outer = CURRENT.get();
    CURRENT.set(this);
    return this;
  }

  void leave() {
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
      before.finish();
    }
    HopRequest request = new HopRequest(connection);
    Call core = Inboard.outbound().begin(request);
    if (core == Call.UNTOUCHED && CURRENT.get() == null) {
      HOPS.remove(connection, before);
      return null;
    }
    Hop hop = new Hop(core, request, connection);
    HOPS.put(connection, hop);
    if (core == Call.UNTOUCHED) {
      // Made inside another hop's I/O (by a cookie handler, say), whose headers it must not get.
      return hop.enter();
    }
    Outcome<MessageHeader> begun = hop.call.begin();
    if (begun instanceof Outcome.Sending) {
      return hop.enter();
    }
    if (begun instanceof Outcome.Stopped<MessageHeader> stopped) {
      return new Throwable[] {stopped.why()};
    }
    return begun instanceof Outcome.Untouched ? null : hop.instead(connection, begun);
  }

  /** Exit of plainConnect0. */
  Throwable[] connected(HttpURLConnection connection, Throwable error) {
    leave();
    InFlight now = transport.current();
    if (now == null) {
      return null;
    } else if (error != null) {
      return failed(connection, error, Phase.CONNECT);
    } else if (Internals.http(connection) == null) {
      // A response cache of the application had it.
      finish();
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
    InFlight now = hop == null ? null : hop.transport.current();
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
    transport.allowSecondTry(connection);
    InFlight now = transport.current();
    if (error == null || now == null) {
      return null;
    }
    if (!now.died()) {
      return failed(connection, error, Phase.WRITE);
    }
    now.drop();
    try {
      transport.send(connection, Phase.WRITE);
      return new Throwable[] {null};
    } catch (Throwable e) {
      Throwable[] instead = failed(connection, e, Phase.WRITE);
      return instead == null ? new Throwable[] {e} : instead;
    }
  }

  /** The application writes a part of a body that it streams. */
  static void writes(HttpURLConnection connection, byte[] from, int offset, int length) {
    Hop hop = HOPS.get(connection);
    if (hop != null) {
      hop.request.streamed().add(hop.core, hop.transport.current(), from, offset, length);
    }
  }

  /** It could not. */
  static Throwable[] unwritten(HttpURLConnection connection, Throwable error) {
    Hop hop = HOPS.get(connection);
    InFlight now = hop == null ? null : hop.transport.current();
    HttpClient client = Internals.http(connection);
    if (now == null || now.reported() || client == null) {
      return null;
    }
    boolean ours = now.aborted() || ((PrintStream) client.getOutputStream()).checkError();
    // Else it wrote too much, or too late: the connection is not to blame.
    return ours ? hop.failed(connection, error, Phase.BODY) : null;
  }

  /** One physical send: the head to write; null to write it as it is. */
  MessageHeader head(MessageHeader head) {
    InFlight now = transport.current();
    MessageHeader copy = now == null ? null : Messages.copy(head, now.attempt());
    if (copy != null) {
      if (!now.repeats()) {
        transport.forbidSecondTry();
        if (hasDied(now)) {
          return copy;
        }
      }
      now.send();
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

  // Read

  /** Enter of parseHTTP. */
  void reading(HttpURLConnection connection, HttpClient client) {
    InFlight now = transport.current();
    if (now != null && !now.repeats()) {
      client.setDoNotRetry(true);
      // So that a head that breaks off is told from none.
      Internals.responses(connection).reset();
    }
  }

  /** Exit of parseHTTP. */
  Throwable[] read(HttpURLConnection connection, Throwable error) {
    leave();
    InFlight now = transport.current();
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
      return failed(connection, error, Phase.READ);
    }
    if (beforeBody && Messages.status(Internals.responses(connection)) == 100) {
      return null;
    }
    transport.ended(Phase.READ, null);
    return instead(connection, call.responded(Internals.responses(connection)));
  }

  // What follows

  /** See {@link HopAdvice}. */
  private Throwable[] failed(HttpURLConnection connection, Throwable error, Phase reach) {
    transport.ended(reach, error);
    return instead(connection, call.failed(error));
  }

  /** What the JDK's method ends with, see {@link HopAdvice}. */
  private Throwable[] instead(HttpURLConnection connection, Outcome<MessageHeader> outcome) {
    if (outcome instanceof Outcome.Sending) {
      return new Throwable[] {null};
    }
    owner = Thread.currentThread().getId();
    if (outcome instanceof Outcome.Delivered<MessageHeader> delivered) {
      if (delivered.answered()) {
        return transport.isWithinBody() ? null : new Throwable[] {null};
      }
      body.begins(delivered.response());
    } else {
      request.streamed().forget();
    }
    if (outcome instanceof Outcome.Failed<MessageHeader> failed && failed.refused()) {
      HttpClient client = Internals.http(connection);
      if (client != null) {
        client.closeServer();
      }
      return new Throwable[] {failed.error()};
    }
    return transport.isAgain() ? new Throwable[] {transport.error()} : null;
  }

  // The end

  /** Exit of getInputStream0. */
  void answered(HttpURLConnection connection, Throwable error) {
    InFlight now = transport.current();
    if (error != null && now != null && !now.reported() && !call.isCancelled()) {
      // Where no hook stands: the application's own TLS, a body that it did not complete.
      now.report();
      call.failedForGood(error);
    }
    owner = Thread.currentThread().getId();
    if (error != null) {
      // 404 and its like are errors here.
      finish();
    } else if (Internals.http(connection) == null) {
      // There is no body.
      body.ended(true);
    }
  }

  /**
   * The application disconnects, perhaps from another thread. That ends what the calling one waits
   * for; of a body that it reads, too, for which the JDK would wait. A connection whose body was
   * read to its end is not this attempt's any more. The thread that has the response waits for
   * nothing: the JDK reads what is left of the body and its trailers, if they are there.
   */
  void disconnected() {
    call.cancel();
    InFlight now = transport.current();
    if (now != null && !(call.isDelivered() && owner == Thread.currentThread().getId())) {
      now.abort();
    }
    finish();
  }

  /** The connection was collected, its response unread. */
  private void lost() {
    call.cancel();
    finish();
  }

  private void finish() {
    request.streamed().forget();
    call.done();
  }
}
