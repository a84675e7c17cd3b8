// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Call;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.instrumentation.apachehttpclient4.RequestView;
import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.nio.protocol.HttpAsyncClientExchangeHandler;

/**
 * One execution of an application, with all its hops. Its hops follow each other; a cancellation
 * comes from any thread.
 */
final class Exchange {
  /**
   * By the library's handler. Weak on both sides, since an exchange leads back to its key: while it
   * is under way the pool, a connection or the mesh holds it.
   */
  private static final WeakIdentityMap<Object, WeakReference<Exchange>> EXCHANGES =
      new WeakIdentityMap<>();

  private final Director director;

  /** Of the thread that has made the call: what runs for it elsewhere finds these. */
  private final Context context = Inboard.contexts().current();

  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

  /** The current hop; null if there is none. Volatile: hops follow each other on threads. */
  private volatile Hop hop;

  /** What the last hop has sent; null before the first. Used by one thread at a time. */
  private HttpRequestWrapper sent;

  private volatile boolean cancelled;

  private Exchange(Director director) {
    this.director = director;
  }

  /** See {@link AsyncAdvice.Connection}. */
  static boolean connect(Object handler) {
    Exchange known = find(handler);
    if (known != null) {
      known.leaveHop();
    }
    if (Inboard.outbound().disabled()) {
      EXCHANGES.remove(handler);
      return false;
    }
    if (!Director.isKnown(handler)) {
      return refuse(handler, null);
    }
    Exchange exchange = known == null ? new Exchange(new Director(handler)) : known;
    SSLException past = exchange.past();
    if (past != null) {
      exchange.director.fail(past);
      return true;
    }
    Hop next = exchange.next();
    boolean begun = false;
    try {
      begun = next != null && next.begin();
    } finally {
      if (!begun) {
        exchange.leaveHop();
        exchange.over();
      }
    }
    return begun;
  }

  /** After an error of ours: what must be encrypted is refused. */
  static boolean mistaken(Throwable mistake, Object handler) {
    Exchange known = find(handler);
    if (known != null) {
      known.leaveHop();
    }
    return refuse(handler, mistake);
  }

  /** Where plaintext must not go; else false, to let the library connect. */
  private static boolean refuse(Object handler, Throwable mistake) {
    SSLException refusal =
        RequestView.failClosed(Director.route(handler).getTargetHost(), mistake).orElse(null);
    if (refusal == null) {
      return false;
    }
    if (Director.isKnown(handler)) {
      new Director(handler).fail(refusal);
    } else {
      ((HttpAsyncClientExchangeHandler) handler).failed(refusal);
    }
    return true;
  }

  private static Exchange find(Object handler) {
    WeakReference<Exchange> found = EXCHANGES.get(handler);
    return found == null ? null : found.get();
  }

  /** How many executions are under way. */
  static int known() {
    return EXCHANGES.size();
  }

  /** A refusal of what leads past what must be encrypted; null: none. */
  private SSLException past() {
    HttpRoute route = director.route();
    return RequestView.past(director.request(), route).or(() -> pastTarget(route)).orElse(null);
  }

  /** The next hop, which has not begun; null to let the library send as without us. */
  private Hop next() {
    HttpRequestWrapper request = director.request();
    CallRequest view =
        new CallRequest(
            request, director.route(), director.context(), director.producer(), sent == request);
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      call = Inboard.outbound().begin(view);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    sent = request;
    Hop next = new Hop(this, view, call);
    hop = next;
    EXCHANGES.put(director.handler(), new WeakReference<>(this));
    if (cancelled || director.isClosed()) {
      cancelled = true;
      next.giveUp(new InterruptedIOException("cancelled"));
    }
    return next;
  }

  /** The application names a host to the client, too, of which a redirect knows nothing. */
  private Optional<SSLException> pastTarget(HttpRoute route) {
    return sent != null
            || route.getProxyHost() != null
            || !route.getTargetHost().getSchemeName().equalsIgnoreCase("http")
        ? Optional.empty()
        : RequestView.past(director.producer().getTarget(), route.getTargetHost());
  }

  Director director() {
    return director;
  }

  /** The context of the call is the current one until the scope is closed. */
  Contexts.Scope scope() {
    return Inboard.contexts().activate(context);
  }

  /** Runs a task on a thread of ours as if the caller had made it. */
  void later(Runnable task) {
    Later.run(task, loader);
  }

  /** The current hop's response was a redirect or a challenge. */
  private void leaveHop() {
    Hop last = hop;
    hop = null;
    if (last != null) {
      last.end();
    }
  }

  /** The application has its response, or an error. */
  void over() {
    EXCHANGES.remove(director.handler());
  }

  /** The application is about to cancel: told before it shows. */
  static void cancelling(Object handler) {
    Exchange exchange = find(handler);
    if (exchange != null) {
      exchange.cancelled = true;
      Hop now = exchange.hop;
      if (now != null) {
        now.giveUp(new InterruptedIOException("cancelled"));
      }
    }
  }

  /** The library has cancelled what it knows of. */
  static void cancelled(Object handler) {
    // Of one that has just begun, now.
    cancelling(handler);
    Exchange exchange = find(handler);
    Hop now = exchange == null ? null : exchange.hop;
    if (now != null) {
      now.stop();
    }
  }

  /** Whether this is its current hop, so that the next one has not begun. */
  boolean isAt(Hop one) {
    return hop == one;
  }

  /** Whether the application waits for nothing any more. */
  boolean isGivenUp() {
    return cancelled || director.future().isDone();
  }
}
