// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.Connection;

/**
 * One attempt of a hop, an exchange of its own; with its response head once that is here. Also what
 * stands in for one: the exchange by which a request fails, or is answered, of which nothing is
 * sent.
 *
 * <p>Jetty's events of an exchange come one after the other; {@link #stop}, {@link #release} and
 * {@link #discard} may come beside them.
 */
final class InFlight implements AsyncTransport.Sending<InFlight> {
  /** How long the rest of a response may take that nobody wants. */
  private static final long DISCARD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Hop hop;

  /** Null: nothing is sent. */
  private final Attempt attempt;

  private final Object destination;

  /** Whether the destination is that of an endpoint of ours. */
  private final boolean directed;

  /** Complete once Jetty has done with the exchange. */
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** Written once, before the exchange is sent; Jetty asks for listeners while it makes one. */
  private volatile Object exchange;

  /** Who are told; the ones that were asked last. */
  private volatile Held listeners;

  /** What is told of the attempt's end, once; null before it is sent, and afterwards. */
  private BiConsumer<InFlight, Throwable> ended;

  private volatile boolean reported;

  /** The connection that carries it; null: none yet. Written by the thread that sends. */
  private volatile Object connection;

  /** Null before its end. */
  private volatile Object result;

  private volatile boolean stopped;

  /** Whether the server has ended the stream. */
  private volatile boolean reset;

  /** Whether the server has said that it did not process the stream. */
  private volatile boolean refused;

  /** Forgets the bound of connecting. */
  private volatile Runnable forget = () -> {};

  /** Whether the application hears of it. */
  private volatile boolean released;

  InFlight(Hop hop, Attempt attempt, Object destination) {
    this.hop = hop;
    this.attempt = attempt;
    this.destination = destination;
    this.directed = Route.of(Jetty.origin(destination)) != null;
  }

  /** What is answered or refused without being sent. */
  static InFlight unsent(Hop hop, Object destination) {
    InFlight flight = new InFlight(hop, null, destination);
    flight.released = true;
    return flight;
  }

  /** Tells the application that nothing will be sent of an exchange that we have no hop for. */
  static void refuse(Object destination, Object refused, Throwable error) {
    InFlight flight = unsent(null, destination);
    flight.of(refused);
    Held.stand(flight, Jetty.conversation(refused));
    flight.listeners.fail(Jetty.result(Jetty.request(refused), error, Jetty.response(refused)));
  }

  void of(Object made) {
    exchange = made;
  }

  void listeners(Held now) {
    listeners = now;
  }

  Held listeners() {
    return listeners;
  }

  Hop hop() {
    return hop;
  }

  Object exchange() {
    return exchange;
  }

  Object destination() {
    return destination;
  }

  Object result() {
    return result;
  }

  boolean isReported() {
    return reported;
  }

  /** Whether the mesh, and nobody else, repeats what was not sent. */
  boolean meshRetries() {
    return attempt != null && attempt.meshRetries();
  }

  CompletableFuture<Void> over() {
    return over;
  }

  /** Whether the application's own time was up, by a bound that Jetty keeps. */
  boolean hasTimedOut() {
    Object end = result;
    return !stopped && end != null && Jetty.failure(end) instanceof TimeoutException;
  }

  @Override
  public void send(BiConsumer<InFlight, Throwable> ended) {
    synchronized (this) {
      this.ended = ended;
    }
    hop.afterOthers(
        this,
        () -> {
          if (reported) {
            return; // Stopped meanwhile.
          }
          try {
            hop.writeHeaders(attempt);
            boundConnecting();
            Jetty.send(destination, exchange);
          } catch (Throwable e) {
            report(null, e);
          }
        });
  }

  private void boundConnecting() {
    long nanos = attempt.connectTimeoutNanos();
    if (nanos < TimeUnit.DAYS.toNanos(1)) {
      forget = Delays.OF_JDK.after(nanos, () -> hop.execute(() -> connectTimeIsUp(nanos)));
    }
  }

  private void connectTimeIsUp(long nanos) {
    // What waits for a connection that others use is not connecting.
    boolean opening = connection == null ? Route.isConnecting(destination) : !isConnected();
    if (opening && !reported) {
      stop(
          new SocketTimeoutException(
              "no connection within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms"));
    }
  }

  /** The exchange gets a connection; once, unless that was found dead. */
  void carriedBy(Object carrier) {
    connection = carrier;
  }

  /** Why nothing may be sent to where Jetty has connected by itself; null: it may. */
  SSLException astray(Object carrier) {
    return attempt == null || directed
        ? null
        : Refusals.astray(attempt, Jetty.remote(carrier)).orElse(null);
  }

  boolean isCarriedBy(Object carrier) {
    return connection == carrier;
  }

  /** The server has ended the stream; it may have refused it, with nothing processed. */
  void reset(boolean unprocessed) {
    refused = unprocessed;
    reset = true;
  }

  /** Whether a request is aborted by the end of its stream. */
  boolean isReset(Throwable cause) {
    return reset && cause instanceof IOException;
  }

  private boolean isConnected() {
    Object carrier = connection;
    SecuredConnection secured = carrier == null ? null : SecuredConnection.below(carrier);
    return carrier != null && (secured == null || secured.isTrusted());
  }

  /** The head of the response is here: the mesh decides. */
  void head(Held now) {
    listeners = now;
    report(this, null);
  }

  /**
   * Jetty has done with an exchange of the conversation.
   *
   * @return whether the application hears of that
   */
  boolean completes(Object end) {
    if (Jetty.responseOf(end) != Jetty.response(exchange)) {
      hop.completed(end);
      return false;
    }
    boolean heard = released;
    completed(end);
    return heard;
  }

  /** Jetty has done with the exchange. */
  void completed(Object end) {
    result = end;
    over.complete(null);
    if (!report(null, cause(Jetty.failure(end))) && released) {
      hop.ended(this, Jetty.failure(end) == null);
    }
  }

  /** What ended the handshake, where Jetty tells of the connection's end alone. */
  private Throwable cause(Throwable failure) {
    Object carrier = connection;
    SecuredConnection secured = carrier == null ? null : SecuredConnection.below(carrier);
    boolean unsecured = !stopped && secured != null && !secured.isTrusted();
    Throwable error =
        unsecured && secured.failure() != null && !(failure instanceof TimeoutException)
            ? secured.failure()
            : failure;
    return error == null ? new IOException("no response") : error;
  }

  /** False if it was reported before. */
  private boolean report(InFlight head, Throwable error) {
    BiConsumer<InFlight, Throwable> report;
    synchronized (this) {
      report = ended;
      ended = null;
    }
    if (report == null) {
      return false;
    }
    reported = true;
    forget.run();
    report.accept(head, error);
    return true;
  }

  @Override
  public void stop(IOException cause) {
    stopped = true;
    // Jetty tells the application right there.
    hop.execute(() -> abort(Errors.ofJetty(cause)));
  }

  private void abort(Throwable cause) {
    Jetty.abort(exchange, cause);
    Object carrier = connection;
    SecuredConnection secured = carrier == null ? null : SecuredConnection.below(carrier);
    // What is being written waits for the peer, which may never read.
    if (secured != null && !secured.isTrusted()) {
      secured.getEndPoint().close();
    } else if (carrier instanceof Connection http1 && !over.isDone()) {
      http1.close();
    }
  }

  @Override
  public Progress ended(InFlight head, Throwable error) {
    if (isConnected()) {
      SecuredConnection secured = SecuredConnection.below(connection);
      attempt.connected(secured == null ? null : secured.session());
    }
    if (!isConnected()) {
      return Progress.NOT_CONNECTED;
    }
    if (refused) {
      return Progress.REFUSED_STREAM;
    }
    return Jetty.status(Jetty.response(exchange)) > 0 ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  boolean isReleased() {
    return released;
  }

  /** The application gets the response. */
  void release() {
    released = true;
    listeners.release();
  }

  /** Nobody wants the response; its connection is kept if the rest of it comes soon. */
  // What that stage throws is nothing: it forgets a delay.
  @SuppressWarnings("FutureReturnValueIgnored")
  CompletableFuture<Void> discard() {
    listeners.discard();
    if (!over.isDone()) {
      over.thenRun(
          Delays.OF_JDK.after(
              DISCARD_NANOS, () -> stop(new IOException("this response is not needed"))));
    }
    return over;
  }

  /** Sees the body as the application reads it; empty if nobody wants to. */
  Optional<BodyTap> tap() {
    return hop.tap();
  }
}
