// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
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
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.NettyInbound;
import reactor.netty.http.client.HttpClientRequest;

/**
 * One attempt, or a hop that the mesh leaves alone: a subscription of its own of the library's
 * MonoHttpConnect. Safe for use by any thread.
 */
final class Flight implements AsyncTransport.Sending<Head>, CoreSubscriber<Connection> {
  /** How long the rest of a response that nobody sees may take, before its connection is closed. */
  private static final long DISCARD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

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

  /** Of that; the operations forget theirs at their end, and it may serve another request then. */
  private volatile Channel channel;

  /** Null where that is no stream. */
  private volatile StreamEnd stream;

  private volatile Outgoing outgoing;
  private volatile boolean stopped;

  /** Where the library goes on; null: nowhere. */
  private volatile Stage next;

  private volatile Arrived arrived = new Arrived();

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
    this.reactor = Flights.within(exchange.reactor(), this);
  }

  static Flight untouched(Exchange exchange, Stage stage) {
    return new Flight(exchange, null, stage, null, null, false);
  }

  // What the hooks tell, by Flights.

  void handledBy(Object made) {
    handler = made;
    stage.putInto(made);
    if (attempt != null && attempt.meshRetries()) {
      Members.SHOULD_RETRY.set(made, false);
    }
  }

  /** The library makes another hop of the response; its handler knows which. */
  void goesOn(Object made) {
    Outgoing sent = outgoing;
    next = Stage.of(made, sent == null ? Set.of() : sent.names());
  }

  /** Null: as the library connects. */
  Target target() {
    return target;
  }

  Publisher<Void> carriedBy(Connection connection) {
    over = new CompletableFuture<>();
    outgoing = null;
    arrived = new Arrived();
    channel = connection.channel();
    stream = StreamEnd.of(connection.channel());
    carrier = connection;
    forget.run();
    if (hop != null) {
      hop.body().begin();
    }
    return attempt == null || target != null
        ? null
        : Refusals.astray(attempt, remote(connection.channel()))
            .<Publisher<Void>>map(Mono::error)
            .orElse(null);
  }

  private static SocketAddress remote(Channel channel) {
    return (channel.parent() == null ? channel : channel.parent()).remoteAddress();
  }

  /** Null to send the application's own. */
  Publisher<? extends ByteBuf> sends(Publisher<? extends ByteBuf> body) {
    return hop == null ? null : hop.body().sends(body);
  }

  void write(HttpClientRequest request) {
    if (attempt == null || outgoing != null) {
      return;
    }
    Outgoing headers = new Outgoing(request.requestHeaders(), hop.isTraceKnown());
    outgoing = headers;
    hop.body().head(headers);
    attempt.writeHeaders(headers);
  }

  /** Makes the application's context current, until it is closed; null: there is none. */
  AutoCloseable read(Object message) {
    arrived.read(message);
    if (message instanceof HttpContent content) {
      tap(content.content());
    }
    Context context = exchange.context();
    return context == Context.NONE ? null : Inboard.contexts().activate(context);
  }

  private void tap(ByteBuf content) {
    BodyTap tap = delivered && hop != null && content.isReadable() ? hop.tap() : null;
    if (tap != null && !tap.isFull()) {
      tap.add(content.nioBuffer());
    }
  }

  /** What the operations of a WebSocket get: the answer to its handshake, and frames. */
  void readByWebSocket(Object message) {
    arrived.readByWebSocket(message);
  }

  /** The application does not want the rest of the response. */
  void cancelled() {
    if (delivered && hop != null) {
      hop.givenUp();
    }
  }

  void finished(boolean atEnd) {
    if (carrier == null) {
      return;
    }
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
    try {
      Flights.subscribe(exchange.mono(), this);
    } catch (RuntimeException | LinkageError e) {
      report(null, e);
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
    if (!report(Head.of(this, connection), null)) {
      connection.dispose();
    }
  }

  @Override
  public void onError(Throwable error) {
    Connection connection = carrier;
    Stage goesOn = next;
    if (goesOn != null && connection != null) {
      report(Head.goingOn(this, connection, arrived.handshake(), goesOn), null);
      return;
    }
    if (hop != null && connection != null && arrived.isRefusal(error)) {
      // The library closes the connection.
      report(Head.refusing(this, connection, arrived.handshake(), error), null);
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
      Flights.forget(made);
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
      Connecting.close(target, observer -> Flights.of(observer.currentContext()) == this);
    }
    report(null, Errors.ofLibrary(cause));
  }

  @Override
  public Progress ended(Head head, Throwable error) {
    Connection connection = carrier;
    if (connection == null) {
      return Progress.NOT_CONNECTED;
    }
    attempt.connected(SecuredChannel.session(channel));
    if (outgoing == null) {
      return Progress.NOT_SENT;
    }
    StreamEnd end = stream;
    if (end != null && end.isUnprocessed()) {
      return Progress.REFUSED_STREAM;
    }
    return arrived.hasBegun(error) ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  /** For a look at what it is. */
  Channel channel() {
    return channel;
  }

  /** The application gets the response. */
  void deliver() {
    boolean atEnd;
    synchronized (this) {
      delivered = true;
      if (!over.isDone()) {
        if (arrived.hasBody() && hop.tap() != null) {
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
