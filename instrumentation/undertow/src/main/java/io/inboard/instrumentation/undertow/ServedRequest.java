// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.call.server.Gate;
import io.inboard.call.server.ServletCall;
import io.inboard.call.server.SharedKeys;
import io.undertow.server.DefaultResponseListener;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request between begin and end, attached to its exchange. Used by the thread that works for
 * the exchange, which changes in step with Undertow's own use of its attachments.
 */
final class ServedRequest implements ExchangeCompletionListener, ServletCall {
  /** The servlets may have a copy of this class of their own; see {@link #ofServlets}. */
  private static final AttachmentKey<ServletCall> KEY =
      SharedKeys.of(
          HttpServerExchange.class, "served", () -> AttachmentKey.create(ServletCall.class));

  /** Of a request that the mesh does not follow; a handler may have said its scheme since. */
  private static final AttachmentKey<Boolean> PASSED = AttachmentKey.create(Boolean.class);

  private final HttpServerExchange exchange;
  private final InboundCall call;

  /** Null for one of HTTP/1.1. */
  private final Streams streams;

  /** Whether the mesh knows of its end, which its connection may say, too. */
  private final AtomicBoolean ended = new AtomicBoolean();

  private final long beganNanos = System.nanoTime();

  /** Whether all was well at the gate. */
  private boolean letIn;

  /** Whether a thread other than the one that reads has it, or has had it. */
  private boolean dispatched;

  /** Whether a framework has said which route matched, which counts more than a mapping. */
  private boolean routed;

  private boolean mapped;

  /** Whether a thread is inside the servlets. */
  private boolean inside;

  /** What left the servlets; null if nothing did. Read when it ends, by any thread. */
  private volatile Throwable error;

  private ServedRequest(HttpServerExchange exchange, InboundCall call) {
    this.exchange = exchange;
    this.call = call;
    this.streams = Streams.of(exchange);
  }

  static void begin(HttpServerExchange exchange, InboundCall call) {
    ServedRequest served = new ServedRequest(exchange, call);
    exchange.putAttachment(KEY, served);
    exchange.addExchangeCompleteListener(served);
    if (served.streams != null) {
      served.streams.add(served);
    }
  }

  /** The gate is behind it. */
  static void letIn(HttpServerExchange exchange) {
    ServedRequest served = of(exchange);
    if (served != null) {
      served.letIn = true;
    } else {
      exchange.putAttachment(PASSED, true);
    }
  }

  /** Whether a request that is not ours has been at the gate before. */
  static boolean hasPassed(HttpServerExchange exchange) {
    return exchange.getAttachment(PASSED) != null;
  }

  boolean isLetIn() {
    return letIn;
  }

  /** Null if the request is not ours. */
  static ServedRequest of(HttpServerExchange exchange) {
    return (ServedRequest) exchange.getAttachment(KEY);
  }

  /** The same for the servlets, whichever copy of this class it belongs to. */
  static ServletCall ofServlets(HttpServerExchange exchange) {
    return exchange.getAttachment(KEY);
  }

  @Override
  public Contexts.Scope activate() {
    return Inboard.contexts().activate(call.context());
  }

  /**
   * Undertow works for the request again: on the thread that it was dispatched to, or for a
   * callback.
   *
   * @return as {@link Gate#enter}
   */
  Object again(HttpServerExchange exchange) {
    boolean first = !dispatched && !exchange.isInIoThread();
    dispatched |= first;
    // What has taken one of the channels has seen the request, and cannot be refused any more.
    return first && exchange.isRequestChannelAvailable() && exchange.isResponseChannelAvailable()
        ? Gate.waited(new UndertowRequest(exchange), call, System.nanoTime() - beganNanos)
        : activate();
  }

  /** The head of the response goes out. */
  void respond(HttpServerExchange exchange) {
    call.respond(
        exchange.getStatusCode(), UndertowHeaders.ofResponse(exchange.getResponseHeaders()));
  }

  @Override
  public void route(String route) {
    if (!routed) {
      routed = true;
      call.route(route);
    }
  }

  @Override
  public boolean enter(String mapping) {
    if (!mapped && !routed && !mapping.isEmpty()) {
      call.route(mapping);
    }
    mapped = true;
    boolean outermost = !inside;
    inside = true;
    return outermost;
  }

  @Override
  public void leave(Throwable thrown) {
    inside = false;
    if (error == null) {
      error = thrown;
    }
  }

  /** Both halves of the exchange have ended, or its connection has. */
  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
    try {
      end();
    } finally {
      next.proceed();
    }
  }

  /** Its connection has ended, which Undertow may not tell of. Any thread. */
  void cut() {
    end();
  }

  private void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    if (streams != null) {
      streams.remove(this);
    }
    Throwable thrown =
        error == null ? exchange.getAttachment(DefaultResponseListener.EXCEPTION) : error;
    if (thrown == null && Connections.isCut(exchange.getConnection())) {
      thrown = new IOException("the stream was reset before its response had ended");
    }
    call.end(exchange.isResponseStarted() ? exchange.getStatusCode() : 0, thrown);
  }
}
