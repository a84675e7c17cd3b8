// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyInbound;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientState;

/**
 * One attempt, or a hop that the mesh leaves alone: a subscription of its own of the library's
 * MonoHttpConnect. Safe for use by any thread.
 */
final class Flight implements AsyncTransport.Sending<Head>, CoreSubscriber<Connection> {
  /** In the Reactor context of an attempt, which the library's operations keep. */
  private static final Object KEY = Flight.class;

  /** How long the rest of a response that nobody sees may take, before its connection is closed. */
  private static final long DISCARD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** The attempt for which this thread subscribes, until the library has made its handler. */
  private static final ThreadLocal<Flight> SUBSCRIBING = new ThreadLocal<>();

  /** By the library's handler, until the attempt is over: an attempt leads to its handler. */
  private static final WeakIdentityMap<Object, Flight> BY_HANDLER = new WeakIdentityMap<>();

  private final Exchange exchange;

  /** Null if the mesh leaves it alone; as the attempt. */
  private final Hop hop;

  private final Stage stage;
  private final Attempt attempt;

  /** Null: as the library connects. */
  private final Target target;

  /** Whether it has an endpoint, perhaps with a name that nobody knows. */
  private final boolean directed;

  private final reactor.util.context.Context reactor;

  /** Null once the outcome was told. Guarded by this. */
  private BiConsumer<Head, Throwable> ended;

  /** Forgets the bound of connecting. */
  private volatile Runnable forget = () -> {};

  private volatile Object handler;
  private volatile Subscription subscription;

  /** The library's operations, once there is a connection. */
  private volatile Connection carrier;

  private volatile Outgoing outgoing;
  private volatile boolean stopped;

  /** Where the library goes on; null: nowhere. */
  private volatile Stage next;

  /** A part of the body has arrived. */
  private volatile boolean bodyBegun;

  /** The response is over; another one where the library sends once more by itself. */
  private volatile CompletableFuture<Boolean> over = new CompletableFuture<>();

  private volatile boolean delivered;

  Flight(
      Exchange exchange, Hop hop, Stage stage, Attempt attempt, Target target, boolean directed) {
    this.exchange = exchange;
    this.hop = hop;
    this.stage = stage;
    this.attempt = attempt;
    this.target = target;
    this.directed = directed;
    this.reactor = exchange.reactor().put(KEY, this);
  }

  static Flight untouched(Exchange exchange, Stage stage) {
    return new Flight(exchange, null, stage, null, null, false);
  }

  // What the hooks tell.

  private static Flight of(reactor.util.context.Context context) {
    return context.isEmpty() ? null : context.getOrDefault(KEY, null);
  }

  private static Flight of(Object operations) {
    return of(((ChannelOperations<?, ?>) operations).currentContext());
  }

  /** {@code HttpClientHandler}'s constructor, afterwards. */
  static void handled(Object handler) {
    Flight flight = SUBSCRIBING.get();
    if (flight != null) {
      SUBSCRIBING.remove();
      flight.handledBy(handler);
    }
  }

  private void handledBy(Object made) {
    handler = made;
    stage.putInto(made);
    if (attempt != null && attempt.meshRetries()) {
      Members.SHOULD_RETRY.set(made, false);
    }
    BY_HANDLER.put(made, this);
  }

  /** {@code HttpClientHandler#test}: whether the library is to subscribe again by itself. */
  static boolean repeats(Object handler, Throwable error) {
    Flight flight = BY_HANDLER.get(handler);
    boolean goesOn =
        Members.REDIRECT.isInstance(error)
            || (Members.authenticates() && Members.CHALLENGE.isInstance(error));
    if (flight != null && goesOn) {
      Outgoing sent = flight.outgoing;
      flight.next = Stage.of(handler, sent == null ? Set.of() : sent.names());
      return false;
    }
    return true;
  }

  /** {@code HttpClientHandler#get}: null for the library's own address. */
  static SocketAddress address(Object handler) {
    Flight flight = BY_HANDLER.get(handler);
    return flight == null ? null : flight.target;
  }

  /** {@code HttpClientHandler#requestWithBody}. */
  static void carried(Object handler, Object operations) {
    Flight flight = BY_HANDLER.get(handler);
    if (flight != null) {
      flight.carriedBy((Connection) operations);
    }
  }

  private void carriedBy(Connection connection) {
    over = new CompletableFuture<>();
    outgoing = null;
    carrier = connection;
    forget.run();
    if (hop != null) {
      hop.body().begin();
    }
  }

  /** {@code HttpClientOperations#send}: null to send the application's own. */
  static Publisher<? extends ByteBuf> sending(
      Object operations, Publisher<? extends ByteBuf> body) {
    Flight flight = of(operations);
    return flight == null || flight.hop == null ? null : flight.hop.body().sends(body);
  }

  /** {@code HttpClientOperations#beforeMarkSentHeaders}, which may be asked twice. */
  static void writing(Object operations) {
    Flight flight = of(operations);
    if (flight != null && flight.attempt != null && flight.outgoing == null) {
      flight.write((HttpClientRequest) operations);
    }
  }

  private void write(HttpClientRequest request) {
    Outgoing headers = new Outgoing(request.requestHeaders(), exchange.config().headers());
    outgoing = headers;
    hop.body().head(headers);
    attempt.writeHeaders(headers);
  }

  /** {@code HttpClientOperations#onInboundNext}: what it calls works for the request. */
  static AutoCloseable reading(Object operations, Object message) {
    Flight flight = of(operations);
    if (flight == null) {
      return null;
    }
    if (message instanceof HttpContent content) {
      flight.read(content.content());
    }
    Context context = flight.exchange.context();
    return context == Context.NONE ? null : Inboard.contexts().activate(context);
  }

  private void read(ByteBuf content) {
    if (content.isReadable()) {
      bodyBegun = true;
      BodyTap tap = delivered && hop != null ? hop.tap() : null;
      if (tap != null && !tap.isFull()) {
        tap.add(content.nioBuffer());
      }
    }
  }

  /** {@code HttpClientOperations#onInboundCancel}. */
  static void cancelled(Object operations) {
    Flight flight = of(operations);
    if (flight != null
        && flight.delivered
        && flight.hop != null
        && !((ChannelOperations<?, ?>) operations).isInboundDisposed()) {
      flight.hop.givenUp();
    }
  }

  /** {@code HttpObserver#onStateChange}. */
  static void changed(Object observer, Connection connection, ConnectionObserver.State state) {
    if (state == HttpClientState.RESPONSE_COMPLETED
        || state == HttpClientState.RESPONSE_INCOMPLETE
        || state == ConnectionObserver.State.DISCONNECTING) {
      Flight flight = of(((ConnectionObserver) observer).currentContext());
      if (flight != null && flight.carrier != null) {
        flight.finished(state == HttpClientState.RESPONSE_COMPLETED);
      }
    }
  }

  private void finished(boolean atEnd) {
    boolean heard;
    synchronized (this) {
      heard = over.complete(atEnd) && delivered;
    }
    if (heard && hop != null) {
      hop.ended(atEnd);
    }
  }

  // The attempt.

  @Override
  public void send(BiConsumer<Head, Throwable> told) {
    synchronized (this) {
      ended = told;
    }
    if (directed && target == null) {
      report(null, new UnknownHostException(stage.host()));
      return;
    }
    SUBSCRIBING.set(this);
    try {
      exchange.mono().subscribe((CoreSubscriber<? super Connection>) this);
    } catch (RuntimeException | LinkageError e) {
      report(null, e);
    } finally {
      SUBSCRIBING.remove();
    }
    boundConnecting();
  }

  private void boundConnecting() {
    long nanos = attempt == null ? Long.MAX_VALUE : attempt.connectTimeoutNanos();
    if (nanos != Long.MAX_VALUE && carrier == null) {
      Runnable timer = Delays.OF_JDK.after(nanos, () -> connectTimeIsUp(nanos));
      forget = timer;
      if (carrier != null || isReported()) {
        timer.run();
      }
    }
  }

  private void connectTimeIsUp(long nanos) {
    // Whoever waits for its turn in the application's pool is not connecting.
    if (carrier == null && (target == null || Connecting.to(target))) {
      stop(
          new SocketTimeoutException(
              "no connection within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms"));
    }
  }

  @Override
  public reactor.util.context.Context currentContext() {
    return reactor;
  }

  @Override
  public void onSubscribe(Subscription begun) {
    subscription = begun;
    if (stopped) {
      begun.cancel();
    } else {
      begun.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(Connection connection) {
    if (!report(new Head(this, connection, null), null)) {
      connection.dispose();
    }
  }

  @Override
  public void onError(Throwable error) {
    Connection connection = carrier;
    Stage goesOn = next;
    if (goesOn != null && connection != null) {
      report(new Head(this, connection, goesOn), null);
      return;
    }
    if (connection != null) {
      // Else it may be kept for a moment, though the peer has reset it.
      connection.channel().close();
    }
    if (hop != null && !stopped && Errors.isApplicationsTimeout(error)) {
      hop.timedOut();
    }
    report(null, error);
  }

  @Override
  public void onComplete() {
    report(null, new IOException("no response"));
  }

  private synchronized boolean isReported() {
    return ended == null;
  }

  /** False if it was reported before. */
  private boolean report(Head head, Throwable error) {
    BiConsumer<Head, Throwable> told;
    synchronized (this) {
      told = ended;
      ended = null;
    }
    if (told == null) {
      return false;
    }
    Object made = handler;
    if (made != null) {
      BY_HANDLER.remove(made);
    }
    forget.run();
    told.accept(head, error);
    return true;
  }

  @Override
  public void stop(IOException cause) {
    stopped = true;
    // The library tells its observers, and so the application, right there.
    exchange.execute(() -> halt(cause));
  }

  private void halt(IOException cause) {
    Connection connection = carrier;
    if (isReported()) {
      if (connection != null && !over.isDone()) {
        connection.channel().close();
      }
      return;
    }
    Subscription now = subscription;
    if (now != null) {
      now.cancel();
    }
    if (connection != null) {
      connection.dispose();
    } else if (target != null) {
      Connecting.close(target, observer -> of(observer.currentContext()) == this);
    }
    report(null, Errors.ofLibrary(cause));
  }

  @Override
  public Progress ended(Head head, Throwable error) {
    Connection connection = carrier;
    if (connection == null) {
      return Progress.NOT_CONNECTED;
    }
    attempt.connected(SecuredChannel.session(connection.channel()));
    if (outgoing == null) {
      return Progress.NOT_SENT;
    }
    return bodyBegun ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  /** The application gets the response. */
  void deliver() {
    boolean atEnd;
    synchronized (this) {
      delivered = true;
      if (!over.isDone()) {
        if (bodyBegun && hop.tap() != null) {
          hop.tap().forget();
        }
        return;
      }
      atEnd = over.getNow(false);
    }
    if (hop.tap() != null) {
      hop.tap().forget();
    }
    hop.ended(atEnd);
  }

  /** Nobody sees the response; its connection is kept if the rest of it comes soon. */
  // What that stage throws is nothing: it forgets a delay.
  @SuppressWarnings("FutureReturnValueIgnored")
  CompletableFuture<Boolean> discard() {
    CompletableFuture<Boolean> rest = over;
    if (!rest.isDone()) {
      Connection connection = carrier;
      rest.thenRun(Delays.OF_JDK.after(DISCARD_NANOS, () -> connection.channel().close()));
    }
    ((NettyInbound) carrier).receive().subscribe(piece -> {}, error -> {});
    return rest;
  }
}
