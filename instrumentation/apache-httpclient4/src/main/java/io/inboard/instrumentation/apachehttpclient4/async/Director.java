// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.concurrent.BasicFuture;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.nio.NHttpClientConnection;
import org.apache.http.nio.conn.NHttpClientConnectionManager;
import org.apache.http.nio.protocol.HttpAsyncClientExchangeHandler;
import org.apache.http.nio.protocol.HttpAsyncRequestProducer;
import org.apache.http.nio.protocol.HttpAsyncResponseConsumer;

/**
 * The library's exchange handler of one execution, with what of it is not public. It is used by one
 * thread at a time, as the library demands; what stops it comes from any.
 */
final class Director {
  private final HttpAsyncClientExchangeHandler handler;

  /** Whether it follows redirects and answers challenges. */
  private final boolean full;

  /**
   * Connections of attempts that ended while the next one already had its own: whoever ends such an
   * attempt, perhaps on another thread, gives them back.
   */
  private final Set<NHttpClientConnection> displaced = ConcurrentHashMap.newKeySet();

  Director(Object handler) {
    this.handler = (HttpAsyncClientExchangeHandler) handler;
    this.full = Members.FULL.isInstance(handler);
  }

  /** Whether it is one that we know. */
  static boolean isKnown(Object handler) {
    return Members.FULL.isInstance(handler) || Members.MINIMAL.isInstance(handler);
  }

  /** Where the request that it has prepared goes. */
  static HttpRoute route(Object handler) {
    return (HttpRoute) ((AtomicReference<?>) Members.ROUTE.get(handler)).get();
  }

  HttpAsyncClientExchangeHandler handler() {
    return handler;
  }

  HttpRoute route() {
    return route(handler);
  }

  /** The request that it has prepared. */
  HttpRequestWrapper request() {
    return (HttpRequestWrapper) ((AtomicReference<?>) Members.REQUEST.get(handler)).get();
  }

  HttpClientContext context() {
    return (HttpClientContext) Members.CONTEXT.get(handler);
  }

  NHttpClientConnectionManager manager() {
    return (NHttpClientConnectionManager) Members.MANAGER.get(handler);
  }

  HttpAsyncRequestProducer producer() {
    return (HttpAsyncRequestProducer)
        (full ? Members.FULL_PRODUCER : Members.MINIMAL_PRODUCER).get(handler);
  }

  @SuppressWarnings("unchecked") // What a consumer makes is what its future wants.
  HttpAsyncResponseConsumer<Object> consumer() {
    return (HttpAsyncResponseConsumer<Object>)
        (full ? Members.FULL_CONSUMER : Members.MINIMAL_CONSUMER).get(handler);
  }

  @SuppressWarnings("unchecked")
  BasicFuture<Object> future() {
    return (BasicFuture<Object>) (full ? Members.FULL_FUTURE : Members.MINIMAL_FUTURE).get(handler);
  }

  @SuppressWarnings("unchecked")
  private AtomicReference<NHttpClientConnection> connection() {
    return (AtomicReference<NHttpClientConnection>) Members.CONNECTION.get(handler);
  }

  /**
   * It has this connection from now on, of which it knows nothing yet. One that it still had
   * belongs to an attempt that is over and has not been ended yet.
   */
  void attach(NHttpClientConnection leased) {
    ((AtomicReference<?>) Members.VALID.get(handler)).set(null);
    ((AtomicReference<?>) Members.TRACKER.get(handler)).set(null);
    ((AtomicBoolean) Members.ESTABLISHED.get(handler)).set(false);
    AtomicReference<NHttpClientConnection> connection = connection();
    NHttpClientConnection before = connection.get();
    while (true) {
      if (before != null) {
        displaced.add(before);
      }
      if (connection.compareAndSet(before, leased)) {
        return;
      }
      if (before != null) {
        displaced.remove(before);
      }
      before = connection.get();
    }
  }

  /** Takes its connection away; false if it has given that up by itself. */
  boolean detach(NHttpClientConnection leased) {
    return connection().compareAndSet(leased, null) || displaced.remove(leased);
  }

  /** Whether it has a connection. */
  boolean isAttached() {
    return connection().get() != null;
  }

  /** Whether it has ended: cancelled, perhaps. */
  boolean isClosed() {
    return ((AtomicBoolean) Members.CLOSED.get(handler)).get();
  }

  /** Whether what it sends goes to the target; false while it talks to a proxy. */
  boolean isRouteEstablished() {
    return ((AtomicBoolean) Members.ESTABLISHED.get(handler)).get();
  }

  /**
   * How long its connection may be kept after this response, in milliseconds, which the
   * application's strategies decide; null: it may not.
   */
  @SuppressWarnings("unchecked")
  Long keptAfter(HttpResponse response) {
    AtomicReference<HttpResponse> current =
        (AtomicReference<HttpResponse>) Members.RESPONSE.get(handler);
    current.set(response);
    try {
      Members.PERSISTENCE.call(handler);
    } finally {
      current.set(null);
    }
    return (Long) ((AtomicReference<?>) Members.VALID.get(handler)).getAndSet(null);
  }

  /**
   * What it sends next is the first as far as it knows: before others it resets the application's
   * producer, or refuses where that can produce once only.
   */
  void forgetExecutions() {
    if (full) {
      Members.EXECUTIONS.set(Members.STATE.get(handler), 0);
    }
  }

  /** Goes on with a redirect, or an answer to a challenge, over a connection of its own. */
  void goOn() {
    Members.RELEASE_CONNECTION.call(handler);
    Members.REQUEST_CONNECTION.call(handler);
  }

  /** Ends it, unless it has ended. */
  void fail(Exception error) {
    try {
      handler.failed(error);
    } finally {
      // The minimal client of some versions does not tell its future.
      future().failed(error);
    }
  }

  /** It has its response, or the application's error, from its consumer. */
  void complete() {
    ((AtomicBoolean) Members.COMPLETED.get(handler)).set(true);
    HttpAsyncResponseConsumer<Object> consumer = consumer();
    try {
      Exception error = consumer.getException();
      if (error == null) {
        future().completed(consumer.getResult());
      } else {
        future().failed(error);
      }
    } finally {
      close();
    }
  }

  private void close() {
    try {
      handler.close();
    } catch (java.io.IOException e) {
      // Closed enough.
    }
  }
}
