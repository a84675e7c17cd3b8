// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import io.inboard.call.client.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Objects;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * How the attempts of a hop are sent: the first by the JDK, the others again up to where the one
 * before had come. A response is its head, which unlike the connection may be held on to.
 */
final class HopTransport implements Transport<MessageHeader> {
  private final Hop hop;
  private final HopRequest request;
  private final Patience patience;

  /** Null for a call left untouched, and for one that the mesh has answered. */
  private volatile InFlight current;

  // The calling thread's own:

  private Phase reach = Phase.CONNECT;

  /** Whether the last outcome is of an attempt that was sent here, and its error if it failed. */
  private boolean again;

  private Throwable error;

  private boolean secondTryForbidden;
  private boolean failedOnce;

  HopTransport(Hop hop, HopRequest request, Patience patience) {
    this.hop = hop;
    this.request = request;
    this.patience = patience;
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

  /** The attempt under way, or the last; null for a call left alone. */
  InFlight current() {
    return current;
  }

  /**
   * The JDK's own attempt has come to an end, which is reported next.
   *
   * @param error null: there is a response
   */
  void ended(Phase reach, Throwable error) {
    current.report();
    this.reach = reach;
    this.error = error;
    this.again = false;
  }

  /** Whether the attempt ended while the application wrote a body. */
  boolean isWithinBody() {
    return reach == Phase.BODY;
  }

  /** Whether what came last is of an attempt that the JDK knows nothing of. */
  boolean isAgain() {
    return again;
  }

  /** What the last attempt threw; null if there is a response. */
  Throwable error() {
    return error;
  }

  @Override
  public Runnable begin(Attempt attempt) {
    boolean governed =
        attempt.meshRetries() && request.scheme().equals("http") && !request.proxied();
    InFlight next =
        new InFlight(
            attempt, governed, governed ? attempt.endpoint().orElse(null) : null, patience);
    current = next;
    return next::abort;
  }

  @Override
  public MessageHeader send(Attempt attempt) throws Throwable {
    HttpURLConnection connection = connection();
    again = true;
    error = null;
    try {
      send(connection, reach);
    } catch (Throwable e) {
      current.report();
      error = e;
      throw e;
    }
    if (reach != Phase.READ) {
      return null;
    }
    current.report();
    return Internals.responses(connection);
  }

  /** Sends the current attempt as the JDK sends. */
  void send(HttpURLConnection connection, Phase reach) throws Throwable {
    hop.enter();
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
        request.streamed().send(Internals.requests(connection), client.getOutputStream());
      }
      client.setDoNotRetry(true);
      if (patience.boundsReading()) {
        client.setReadTimeout((int) Math.max(1, NANOSECONDS.toMillis(patience.left())));
      }
      Internals.parseHttp(connection);
      client.setReadTimeout(connection.getReadTimeout());
    } finally {
      hop.leave();
    }
  }

  /**
   * HttpURLConnection.writeRequests sends again, whatever the method, when it could not write,
   * unless it failed once. To be said between the making of the head and the look at the outcome:
   * the head of a connection that failed once lacks its request line on 17.
   */
  void forbidSecondTry() {
    HttpURLConnection connection = request.connection();
    if (connection != null && !secondTryForbidden) {
      secondTryForbidden = true;
      failedOnce = Internals.failedOnce(connection, true);
    }
  }

  void allowSecondTry(HttpURLConnection connection) {
    if (secondTryForbidden) {
      secondTryForbidden = false;
      Internals.failedOnce(connection, failedOnce);
    }
  }

  @Override
  public int status(MessageHeader response) {
    return Messages.status(response);
  }

  @Override
  public String version(MessageHeader response) {
    return Messages.version(response);
  }

  @Override
  public HeaderView headers(MessageHeader response) {
    return name -> HopRequest.values(response, name);
  }

  @Override
  public Progress progress(Throwable thrown) {
    return current.progress();
  }

  @Override
  public Failure failure(Throwable thrown) {
    Thread thread = Thread.currentThread();
    if (thread.isInterrupted() && Internals.virtual(thread)) {
      // The JDK has closed the connection for it, and the application wants no other.
      return Failure.GIVEN_UP;
    }
    // Reading is bounded by the application only, connecting by whoever is less patient.
    boolean tired = current.sent() || patience.left() <= 0;
    return thrown instanceof SocketTimeoutException && !current.aborted() && tired
        ? Failure.TIME_IS_UP
        : Failure.OF_ATTEMPT;
  }

  @Override
  public boolean canSendAgain(MessageHeader response) {
    return !current.repeats()
        && switch (reach) {
          case CONNECT, WRITE -> true;
          case BODY -> false;
          case READ ->
              !connection().streaming()
                  || (Internals.streamsBody(connection()) && request.streamed().isWhole());
        };
  }

  @Override
  public long nanosLeft() {
    return patience.left();
  }

  @Override
  public void discard(MessageHeader response) {
    Messages.discard(connection());
  }

  /** The application gets an answer of the mesh from where the JDK takes over. */
  @Override
  public MessageHeader answer(Step.Answer answer) throws IOException {
    current = null;
    if (!request.scheme().equals("http")) {
      throw new IOException("inboard: no answer of status " + answer.status() + " over HTTPS");
    }
    HttpURLConnection connection = connection();
    Canned canned =
        new Canned(connection.getURL(), AnswerHead.of(answer, connection.getRequestMethod()));
    Internals.connected(connection, canned);
    if (reach == Phase.BODY || reach == Phase.READ) {
      // Within a body, the application learns that it is not wanted, and then why.
      canned.writeRequests(Internals.requests(connection), null);
    }
    if (reach == Phase.READ) {
      try {
        Internals.parseHttp(connection);
      } catch (IOException e) {
        throw e;
      } catch (Throwable e) {
        throw new IOException(e);
      }
    }
    return null;
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  @Override
  public IOException waitedTooLong() {
    return new SocketTimeoutException("Connect timed out");
  }

  @Override
  public IOException cancelled() {
    return new SocketException("Socket closed");
  }

  /** Held by the calling thread. */
  private HttpURLConnection connection() {
    return Objects.requireNonNull(request.connection());
  }
}
