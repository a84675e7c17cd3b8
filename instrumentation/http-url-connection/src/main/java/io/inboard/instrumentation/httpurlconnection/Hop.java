// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * What a connection sends to one URL: one call of the core, and the loop around its attempts.
 *
 * <p>Driven by the thread that holds the connection's lock; only {@link #disconnected} and the end
 * come from any thread. What the JDK does by itself when sending fails, a second try of any method
 * (HttpClient.parseHTTP, HttpURLConnection.writeRequests), is switched off for attempts that the
 * mesh directs; elsewhere it stays, and its send asks for headers again.
 */
final class Hop {
  private static final WeakIdentityMap<HttpURLConnection, Hop> HOPS =
      new WeakIdentityMap<>(Hop::lost);

  /**
   * The hop whose connect, write or read this thread is in: how the JDK's pool and sockets find it.
   */
  private static final ThreadLocal<Hop> CURRENT = new ThreadLocal<>();

  private final Call call;
  private final HopRequest request;
  private final Patience patience;
  private final AtomicBoolean over = new AtomicBoolean();

  /** The application disconnected before the response head came. */
  private volatile boolean gone;

  /** The response head, or an error, is the application's. */
  private volatile boolean handedOn;

  /** Null for a call left untouched. */
  private volatile Try current;

  private Hop outer;
  private boolean secondTryForbidden;
  private boolean failedOnce;
  private long connectDeadline;

  private Hop(Call call, HopRequest request, Patience patience) {
    this.call = call;
    this.request = request;
    this.patience = patience;
  }

  /** The hop of a connection, or null. */
  static Hop of(HttpURLConnection connection) {
    return HOPS.get(connection);
  }

  /** The hop whose I/O this thread does, or null. */
  static Hop current() {
    return CURRENT.get();
  }

  /** The hop to enter a phase of; null if there is none, or this thread is in one already. */
  static Hop entering(HttpURLConnection connection) {
    Hop hop = HOPS.get(connection);
    if (hop == null || hop == CURRENT.get()) {
      return null;
    }
    return hop.enter();
  }

  /** The body was read to its end, or closed. */
  static void ended(HttpURLConnection connection) {
    Hop hop = HOPS.get(connection);
    if (hop != null && hop.handedOn) {
      hop.finish();
    }
  }

  /**
   * What the application gets for an error in the body: a timeout where the mesh's bound caused it.
   */
  static Throwable[] broken(HttpURLConnection connection, Throwable error) {
    Hop hop = HOPS.get(connection);
    Try attempt = hop == null ? null : hop.current;
    if (attempt == null || !attempt.aborted() || hop.gone || !(error instanceof IOException)) {
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

  /** Begins a hop: it, or the exception that refuses it, or null when there is nothing to do. */
  static Object begin(HttpURLConnection connection) {
    Hop before = HOPS.get(connection);
    if (before != null) {
      if (before == CURRENT.get()) {
        return null;
      }
      // The JDK follows a redirect or answers a challenge.
      before.finish();
    }
    HopRequest request = new HopRequest(connection);
    Call call = Inboard.outbound().begin(request);
    if (call == Call.UNTOUCHED && CURRENT.get() == null) {
      HOPS.remove(connection, before);
      return null;
    }
    Hop hop = new Hop(call, request, new Patience(connection));
    HOPS.put(connection, hop);
    if (call == Call.UNTOUCHED) {
      // Made inside another hop's I/O (by a cookie handler, say), whose headers it must not get.
      return hop.enter();
    }
    Step step = call.first();
    if (step instanceof Step.Send send) {
      hop.start(send.attempt());
      if (hop.pause(send.delayNanos())) {
        return hop.enter();
      }
      hop.finish();
      return new InterruptedIOException("interrupted before attempt " + send.attempt().number());
    }
    hop.finish();
    return step instanceof Step.Refuse refuse ? exception(refuse, null) : null;
  }

  private void start(Attempt attempt) {
    Endpoint endpoint = attempt.endpoint().orElse(null);
    boolean ours = endpoint != null && request.scheme().equals("http") && !request.proxied();
    Try next = new Try(attempt, ours ? endpoint : null);
    current = next;
    attempt.onTimeout(next::abort);
  }

  /** Exit of plainConnect0. */
  Throwable[] connected(HttpURLConnection connection, Throwable error) {
    leave();
    if (current == null) {
      return null;
    }
    if (error != null) {
      return follow(connection, failed(error), error, Reach.CONNECT);
    }
    if (Internals.http(connection) == null) {
      // A response cache of the application had it.
      finish();
    } else if (current.endpoint() == null) {
      current.attempt().connected(null);
    }
    return null;
  }

  /** The endpoint to connect to; null where the mesh does not choose. */
  Endpoint endpoint() {
    Try now = current;
    return now == null ? null : now.endpoint();
  }

  /**
   * What bounds a connect now, in milliseconds; 0: nothing. Begins the time of {@link
   * #connectNanosLeft}.
   */
  int connectMillis() {
    Attempt attempt = current.attempt();
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

  /** A connection under way, which a timeout may close. */
  void take(Wire wire) {
    current.use(wire);
  }

  void use(Wire wire) {
    current.use(wire);
    current.attempt().connected(wire.session());
  }

  void drop() {
    current.drop();
  }

  boolean aborted() {
    return current.aborted();
  }

  // Write

  /** Exit of writeRequests. */
  Throwable[] written(HttpURLConnection connection, Throwable error) {
    leave();
    allowSecondTry(connection);
    return error == null || current == null
        ? null
        : follow(connection, failed(error), error, Reach.WRITE);
  }

  /**
   * One physical send: a copy of the head with this attempt's headers, so that none of them stays
   * for the next attempt or shows in the application's request properties.
   */
  MessageHeader head(MessageHeader head) {
    String requestLine = head.getKey(0);
    if (current == null || requestLine == null || requestLine.startsWith("CONNECT ")) {
      return null;
    }
    MessageHeader copy = new MessageHeader();
    String key = requestLine;
    for (int i = 0; key != null; key = head.getKey(++i)) {
      copy.add(key, head.getValue(i));
    }
    current
        .attempt()
        .writeHeaders(
            new HeaderSink() {
              @Override
              public void set(String name, String value) {
                copy.set(name, value);
              }

              @Override
              public void remove(String name) {
                copy.remove(name);
              }
            });
    forbidSecondTry();
    current.send();
    patience.sending();
    return copy;
  }

  /**
   * HttpURLConnection.writeRequests sends again, whatever the method, when it could not write,
   * unless it failed once. To be said here, between the making of the head and the look at the
   * outcome: the head of a connection that failed once lacks its request line on 17.
   */
  private void forbidSecondTry() {
    HttpURLConnection connection = request.connection();
    if (endpoint() != null && connection != null && !secondTryForbidden) {
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
  void reading(HttpClient client) {
    if (endpoint() != null) {
      client.setDoNotRetry(true);
    }
  }

  /** Exit of parseHTTP. */
  Throwable[] read(HttpURLConnection connection, Throwable error) {
    leave();
    if (current == null || !current.sent() || current.reported()) {
      // The answer to a CONNECT, or to a second request on a connection kept for authentication.
      return null;
    }
    boolean beforeBody = connection.streaming() && !Internals.streamsBody(connection);
    if (beforeBody && error instanceof SocketTimeoutException && !current.aborted()) {
      // "Expect: 100-continue" without an answer: the JDK sends the body all the same.
      return null;
    }
    if (error != null) {
      return follow(connection, failed(error), error, Reach.READ);
    }
    MessageHeader responses = Internals.responses(connection);
    int status = status(responses);
    if (beforeBody && status == 100) {
      return null;
    }
    return follow(connection, responded(status, responses), null, Reach.READ);
  }

  private Step responded(int status, MessageHeader responses) {
    current.report();
    if (gone) {
      return Step.HAND_ON;
    }
    return status < 100
        ? call.failed(
            current.attempt(),
            new ProtocolException("the answer is not HTTP/1.1"),
            Progress.RESPONSE_STARTED)
        : call.responded(current.attempt(), status, name -> HopRequest.values(responses, name));
  }

  /** The status of "HTTP/1.1 200 OK", which has no key; -1 if that is not what came. */
  private static int status(MessageHeader responses) {
    String line = responses.getValue(0);
    int space = line == null || !line.startsWith("HTTP/") ? -1 : line.indexOf(' ');
    if (space < 0 || line.length() < space + 4) {
      return -1;
    }
    try {
      return Integer.parseInt(line, space + 1, space + 4, 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  // The loop

  /** How far an attempt has to come again before the JDK takes over. */
  private enum Reach {
    CONNECT,
    WRITE,
    READ
  }

  private Step failed(Throwable error) {
    current.report();
    if (gone) {
      return Step.HAND_ON;
    }
    if (error instanceof SocketTimeoutException && !current.aborted() && applicationIsTired()) {
      call.abandoned();
      return Step.HAND_ON;
    }
    return call.failed(current.attempt(), error, progress());
  }

  /** Reading is bounded by the application only, connecting by whoever is less patient. */
  private boolean applicationIsTired() {
    return current.sent() || patience.left() <= 0;
  }

  private Progress progress() {
    if (current.sent()) {
      return Progress.SENT;
    }
    return current.connected() ? Progress.NOT_SENT : Progress.NOT_CONNECTED;
  }

  /**
   * Does what the core decides until the application is to have what came.
   *
   * @param error how the last attempt ended; null: with a response
   * @return see {@link HopAdvice}
   */
  private Throwable[] follow(
      HttpURLConnection connection, Step first, Throwable error, Reach reach) {
    Step step = first;
    Throwable last = error;
    boolean again = false;
    while (step instanceof Step.Send send && mayFollow(connection, send, reach)) {
      if (last == null) {
        discard(connection);
      }
      again = true;
      last = null;
      try {
        start(send.attempt());
        send(connection, reach);
        if (reach != Reach.READ) {
          return new Throwable[] {null};
        }
        MessageHeader responses = Internals.responses(connection);
        step = responded(status(responses), responses);
      } catch (Throwable e) {
        last = e;
        step = failed(e);
      }
    }
    if (step instanceof Step.Refuse refuse) {
      HttpClient client = Internals.http(connection);
      if (client != null) {
        client.closeServer();
      }
      finish();
      return new Throwable[] {exception(refuse, last)};
    }
    handedOn = true;
    if (last != null) {
      finish();
    }
    return again ? new Throwable[] {last} : null;
  }

  /** What the library can do, and the application waits for; waits until it is time. */
  private boolean mayFollow(HttpURLConnection connection, Step.Send send, Reach reach) {
    if (gone || endpoint() == null || (reach != Reach.CONNECT && connection.streaming())) {
      return false;
    }
    if (patience.left() <= send.delayNanos()) {
      call.abandoned();
      return false;
    }
    return pause(send.delayNanos()) && !gone;
  }

  private void send(HttpURLConnection connection, Reach reach) throws Throwable {
    enter();
    try {
      Internals.connect(connection);
      if (reach == Reach.CONNECT) {
        return;
      }
      try {
        Internals.writeRequests(connection);
      } finally {
        allowSecondTry(connection);
      }
      if (reach == Reach.WRITE) {
        return;
      }
      HttpClient client = Internals.http(connection);
      client.setDoNotRetry(true);
      if (patience.boundsReading()) {
        client.setReadTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience.left())));
      }
      Internals.parseHttp(connection);
      client.setReadTimeout(connection.getReadTimeout());
    } finally {
      leave();
    }
  }

  /** Gives a response up that nobody will read; its connection is kept where that costs no wait. */
  private static void discard(HttpURLConnection connection) {
    HttpClient client = Internals.http(connection);
    MessageHeader responses = Internals.responses(connection);
    int status = status(responses);
    if (connection.getRequestMethod().equals("HEAD")
        || status == 204
        || status == 304
        || "0".equals(responses.findValue("Content-Length"))) {
      client.finished();
      return;
    }
    try {
      client.getInputStream().close();
    } catch (IOException e) {
      client.closeServer();
    }
  }

  /**
   * False when the thread was interrupted, which ends the call as it would end a wait of the JDK.
   */
  private boolean pause(long nanos) {
    if (nanos <= 0) {
      return true;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.abandoned();
      return false;
    }
  }

  private static IOException exception(Step.Refuse refuse, Throwable cause) {
    IOException exception =
        switch (refuse.reason()) {
          case TIMEOUT -> new SocketTimeoutException(refuse.message());
          case UNTRUSTED -> new SSLException(refuse.message());
          case CIRCUIT_OPEN, NO_ENDPOINT -> new IOException(refuse.message());
        };
    if (cause != null) {
      exception.initCause(cause);
    }
    return exception;
  }

  // The end

  /** Exit of getInputStream0. */
  void answered(HttpURLConnection connection, Throwable error) {
    if (error != null && current != null && !current.reported() && !gone) {
      // Failed where no hook stands: the application's own TLS, a body that it did not complete.
      current.report();
      call.failed(current.attempt(), error, progress());
    }
    handedOn = true;
    if (error != null || Internals.http(connection) == null) {
      // An error (404 and its like are errors here), or a response without a body.
      finish();
    }
  }

  /** The application disconnects, perhaps from another thread. */
  void disconnected() {
    if (!handedOn && current != null) {
      gone = true;
      call.abandoned();
      current.abort();
    }
    finish();
  }

  /** The connection was collected, its response unread. */
  private void lost() {
    if (!handedOn && !over.get()) {
      call.abandoned();
    }
    finish();
  }

  private void finish() {
    if (over.compareAndSet(false, true)) {
      call.done();
    }
  }
}
