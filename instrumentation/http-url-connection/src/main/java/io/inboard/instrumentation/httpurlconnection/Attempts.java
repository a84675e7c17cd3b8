// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * The attempts of a hop: tells the core what came of one, and has done what the core decides. Used
 * by the thread that holds the connection's lock; {@link #disconnected}, {@link #lost} and the end
 * come from any thread.
 */
final class Attempts {
  private final Call call;
  private final HopRequest request;
  private final Patience patience;
  private final AtomicBoolean over = new AtomicBoolean();

  private final Waits waits;

  /** The response head, or an error, is the application's. */
  private volatile boolean handedOn;

  /** The thread that got it, and has no I/O under way once it does something else. */
  private volatile long owner;

  /** Null for a call left untouched, and for one that the mesh has answered. */
  private volatile InFlight current;

  /** The application's own time ran out: nothing follows, whatever the core says. */
  private boolean spent;

  /** What the mesh wants to see of the response; null: nothing. Written before the body is read. */
  private volatile Overheard overheard;

  Attempts(Call call, HopRequest request, Patience patience) {
    this.call = call;
    this.request = request;
    this.patience = patience;
    this.waits = new Waits(call, patience);
  }

  /** How far an attempt has to come again before the JDK takes over. */
  enum Phase {
    CONNECT,
    /** The head, and a buffered body; of a streamed one, no byte yet. */
    WRITE,
    /** The application writes the body: too late, and too early, to send anything again. */
    BODY,
    READ
  }

  /** Sends an attempt again, as the JDK sends. */
  @FunctionalInterface
  interface Sender {
    void send(HttpURLConnection connection, Phase reach) throws Throwable;
  }

  /** The attempt under way, or the last; null for a call left alone. */
  InFlight current() {
    return current;
  }

  Patience patience() {
    return patience;
  }

  boolean gone() {
    return waits.left();
  }

  boolean handedOn() {
    return handedOn;
  }

  /**
   * Begins the first attempt.
   *
   * @return null: it is to be sent (or the call left alone); else how connecting ends without it,
   *     see {@link HopAdvice}
   */
  Throwable[] first(HttpURLConnection connection) {
    Step step = waits.awaited(call.first());
    if (step instanceof Step.Send send) {
      start(send.attempt());
      if (waits.pause(send.delayNanos())) {
        return null;
      }
    }
    if (step instanceof Step.Answer answer) {
      return answer(connection, answer, Phase.CONNECT);
    }
    finish();
    if (step instanceof Step.Refuse refuse) {
      return new Throwable[] {exception(refuse, null)};
    }
    return waits.stopped().map(e -> new Throwable[] {e}).orElse(null);
  }

  private void start(Attempt attempt) {
    boolean governed =
        attempt.meshRetries() && request.scheme().equals("http") && !request.proxied();
    InFlight next =
        new InFlight(
            attempt, governed, governed ? attempt.endpoint().orElse(null) : null, patience);
    current = next;
    attempt.onTimeout(next::abort);
  }

  /**
   * Does what the core decides after an attempt that failed, until the application is to have what
   * came.
   *
   * @return see {@link HopAdvice}
   */
  Throwable[] failed(HttpURLConnection connection, Throwable error, Phase reach, Sender sender) {
    return follow(connection, failed(error), error, reach, sender);
  }

  /** The same after an attempt that was answered. */
  Throwable[] responded(HttpURLConnection connection, Sender sender) {
    return follow(connection, responded(connection), null, Phase.READ, sender);
  }

  /** The application writes a part of a body that it streams. */
  void writes(byte[] from, int offset, int length) {
    InFlight now = current;
    if (now == null || now.repeats() || over.get()) {
      request.kept().forget();
    } else {
      request.kept().add(call, from, offset, length);
    }
  }

  /** Failed where no hook stands: the application's own TLS, a body that it did not complete. */
  void failedUnseen(Throwable error) {
    current.report();
    if (call.failed(current.attempt(), error, current.progress()) instanceof Step.Send) {
      // What was decided is not sent, and must not count as if it were.
      call.abandoned();
    }
  }

  private Step failed(Throwable error) {
    current.report();
    if (gone()) {
      return Step.DELIVER;
    }
    if (Thread.currentThread().isInterrupted() && Internals.virtual(Thread.currentThread())) {
      // The JDK has closed the connection for it, and the application wants no other.
      call.abandoned();
      return Step.DELIVER;
    }
    spent = error instanceof SocketTimeoutException && !current.aborted() && isTired();
    return call.failed(current.attempt(), error, current.progress());
  }

  /**
   * Reading is bounded by the application's timeout only, connecting by the shorter of its timeout
   * and the mesh's.
   */
  private boolean isTired() {
    return current.sent() || patience.left() <= 0;
  }

  private Step responded(HttpURLConnection connection) {
    current.report();
    if (gone()) {
      return Step.DELIVER;
    }
    MessageHeader responses = Internals.responses(connection);
    int status = Messages.status(responses);
    if (status >= 100) {
      current.attempt().protocolVersion(Messages.version(responses));
    }
    return status < 100
        ? call.failed(
            current.attempt(),
            new ProtocolException("the answer is not HTTP/1.1"),
            Progress.RESPONSE_STARTED)
        : call.responded(current.attempt(), status, name -> HopRequest.values(responses, name));
  }

  /**
   * @param error how the last attempt ended; null: with a response
   */
  private Throwable[] follow(
      HttpURLConnection connection, Step first, Throwable error, Phase reach, Sender sender) {
    Step step = waits.awaited(first);
    Throwable last = error;
    boolean again = false;
    while (step instanceof Step.Send send && mayFollow(connection, send, reach)) {
      if (last == null) {
        Messages.discard(connection);
      }
      again = true;
      last = null;
      try {
        start(send.attempt());
        sender.send(connection, reach);
        if (reach != Phase.READ) {
          return new Throwable[] {null};
        }
        step = waits.awaited(responded(connection));
      } catch (Throwable e) {
        last = e;
        step = waits.awaited(failed(e));
      }
    }
    if (step instanceof Step.Answer answer) {
      if (last == null) {
        Messages.discard(connection);
      }
      return answer(connection, answer, reach);
    }
    if (step instanceof Step.Refuse refuse) {
      HttpClient client = Internals.http(connection);
      if (client != null) {
        client.closeServer();
      }
      finish();
      return new Throwable[] {exception(refuse, last)};
    }
    if (last == null && step instanceof Step.Deliver) {
      overhear(connection);
    }
    handOn();
    if (last != null) {
      finish();
    }
    return again ? new Throwable[] {last} : null;
  }

  private boolean able(HttpURLConnection connection, Phase reach) {
    return !current.repeats()
        && switch (reach) {
          case CONNECT, WRITE -> true;
          case BODY -> false;
          case READ ->
              !connection.streaming()
                  || (Internals.streamsBody(connection) && request.kept().whole());
        };
  }

  /** What the library can do, and the application waits for; waits until it is time. */
  private boolean mayFollow(HttpURLConnection connection, Step.Send send, Phase reach) {
    if (gone()) {
      return false;
    }
    if (!able(connection, reach) || spent || patience.left() <= send.delayNanos()) {
      // What was decided is not sent, and must not count as if it were.
      call.abandoned();
      return false;
    }
    return waits.pause(send.delayNanos());
  }

  /** Lets the application have an answer of the mesh, from where the JDK takes over. */
  private Throwable[] answer(HttpURLConnection connection, Step.Answer answer, Phase reach) {
    handOn();
    current = null;
    try {
      if (!request.scheme().equals("http")) {
        throw new IOException("inboard: no answer of status " + answer.status() + " over HTTPS");
      }
      Canned canned = new Canned(connection.getURL(), answer);
      Internals.connected(connection, canned);
      if (reach == Phase.BODY) {
        // The application learns that its body is not wanted, and then why.
        canned.writeRequests(Internals.requests(connection), null);
        return null;
      }
      if (reach == Phase.READ) {
        canned.writeRequests(Internals.requests(connection), null);
        Internals.parseHttp(connection);
      }
      return new Throwable[] {null};
    } catch (Throwable e) {
      finish();
      return new Throwable[] {e};
    }
  }

  private static IOException exception(Step.Refuse refuse, Throwable cause) {
    IOException exception =
        switch (refuse.reason()) {
          case TIMEOUT -> new SocketTimeoutException(refuse.message());
          case UNTRUSTED -> new SSLException(refuse.message());
          case CIRCUIT_OPEN, OVERFLOW, THROTTLED, NO_ENDPOINT -> new IOException(refuse.message());
        };
    if (cause != null) {
      exception.initCause(cause);
    }
    return exception;
  }

  private void overhear(HttpURLConnection connection) {
    int wanted = call.bodyWanted();
    if (wanted > 0) {
      overheard = new Overheard(wanted, Messages.length(Internals.responses(connection)));
      Hop.overhear();
    }
  }

  /** What the application reads; null: it is not observed. */
  Overheard overheard() {
    return overheard;
  }

  /**
   * The application has done with the response's body.
   *
   * @param end whether it has read its end
   */
  void ended(boolean end) {
    if (!handedOn || over.get()) {
      return;
    }
    Overheard body = overheard;
    if (body != null) {
      body.whole(end).ifPresent(call::body);
    }
    finish();
  }

  /** The application has the response or the error, and no attempt follows. */
  void handOn() {
    owner = Thread.currentThread().getId();
    handedOn = true;
  }

  /**
   * The application disconnects. From another thread, that ends what the calling one waits for; of
   * a body that it reads, too, for which the JDK would wait. A connection whose body was read to
   * its end is not this attempt's any more. The thread that has the response waits for nothing: the
   * JDK reads what is left of the body and its trailers, if they are there.
   */
  void disconnected() {
    waits.leave();
    if (!handedOn && !over.get()) {
      call.abandoned();
    }
    InFlight now = current;
    if (now != null && !(handedOn && owner == Thread.currentThread().getId())) {
      now.abort();
    }
    finish();
  }

  /** The connection was collected, its response unread. */
  void lost() {
    if (!handedOn && !over.get()) {
      call.abandoned();
    }
    finish();
  }

  void finish() {
    if (over.compareAndSet(false, true)) {
      request.kept().forget();
      call.done();
    }
  }
}
