// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.pool.PoolEntry;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.TimeValue;

/**
 * The attempts under way, by thread: what the hooks inside one find. The library goes from one to
 * the next on the thread of a callback, which is ours and says whose it is.
 */
final class Flights {
  private static final ThreadLocal<AsyncFlight> CURRENT = new ThreadLocal<>();

  private Flights() {}

  /** Whether an attempt is under way on this thread. */
  static boolean isUnderWay() {
    return CURRENT.get() != null;
  }

  /**
   * What follows on this thread is of an attempt.
   *
   * @param flight null: it is left alone
   * @return for {@link #leave}
   */
  static AsyncFlight enter(AsyncFlight flight) {
    AsyncFlight outer = CURRENT.get();
    set(flight);
    return outer;
  }

  /** That is over. */
  static void leave(AsyncFlight outer) {
    set(outer);
  }

  private static void set(AsyncFlight flight) {
    if (flight == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(flight);
    }
  }

  /** The route, and who is told; null to leave both. */
  static Object[] leasing(
      Object pool, HttpRoute own, FutureCallback<AsyncConnectionEndpoint> callback) {
    AsyncFlight flight = CURRENT.get();
    if (flight == null) {
      return null;
    }
    HttpRoute route = own;
    if (flight.passage().hasEndpoint()) {
      route = flight.passage().route(own);
      Limits.hold(pool, own, route);
    }
    return new Object[] {route, new Told<>(flight, callback), flight};
  }

  /** Who is told; null to leave that. */
  static Object[] connecting(
      Object pool,
      AsyncConnectionEndpoint endpoint,
      FutureCallback<AsyncConnectionEndpoint> callback) {
    AsyncFlight flight = CURRENT.get();
    if (flight == null) {
      return null;
    }
    flight.passage().connecting();
    FutureCallback<AsyncConnectionEndpoint> told = new Told<>(flight, callback);
    // In 5.0 a minimal client forgets what it has leased in vain.
    boolean isForgotten =
        !flight.hop().way().holdsConnection() && pool instanceof AsyncClientConnectionManager;
    return new Object[] {
      null,
      isForgotten ? new GivenBack((AsyncClientConnectionManager) pool, endpoint, told) : told,
      flight
    };
  }

  /** Who is told of a tunnel's TLS; null to leave that. */
  static FutureCallback<AsyncConnectionEndpoint> upgrading(
      FutureCallback<AsyncConnectionEndpoint> callback) {
    AsyncFlight flight = CURRENT.get();
    return flight == null || callback == null ? null : new Told<>(flight, callback);
  }

  /** Gives back what was leased, where it was not connected. */
  private record GivenBack(
      AsyncClientConnectionManager pool,
      AsyncConnectionEndpoint endpoint,
      FutureCallback<AsyncConnectionEndpoint> own)
      implements FutureCallback<AsyncConnectionEndpoint> {
    @Override
    public void completed(AsyncConnectionEndpoint connected) {
      own.completed(connected);
    }

    @Override
    public void failed(Exception cause) {
      pool.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
      own.failed(cause);
    }

    @Override
    public void cancelled() {
      pool.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
      own.cancelled();
    }
  }

  /**
   * The library waits for this.
   *
   * @param taken null: not of an attempt
   */
  static void under(Object[] taken, Future<?> waiting) {
    if (taken != null && waiting != null) {
      ((AsyncFlight) taken[2]).passage().under(() -> waiting.cancel(true));
    }
  }

  /**
   * The route, and who is told, of a connection that calls share; null to leave both.
   *
   * @param own null: it has been asked for
   */
  static Object[] acquiring(HttpRoute own, FutureCallback<AsyncExecRuntime> callback) {
    AsyncFlight flight = CURRENT.get();
    if (flight == null) {
      return null;
    }
    HttpRoute route =
        own != null && flight.passage().hasEndpoint() ? flight.passage().route(own) : own;
    return new Object[] {route, new Told<>(flight, callback), flight};
  }

  /** The same, of a minimal client, whose pool goes by route or host. */
  static Object[] sharing(Object own, FutureCallback<IOSession> callback) {
    AsyncFlight flight = CURRENT.get();
    if (flight == null || !(flight.hop().way() instanceof AsyncMinimal)) {
      return null;
    }
    Object key = own;
    if (flight.passage().hasEndpoint()) {
      HttpRoute logical = own instanceof HttpRoute route ? route : toRoute((HttpHost) own);
      HttpRoute route = flight.passage().route(logical);
      key = own instanceof HttpRoute ? route : route.getTargetHost();
    }
    return new Object[] {key, new Told<>(flight, new Enqueueing(flight, callback)), flight};
  }

  /** The library's own routes have a port; the host of a URL without one has none. */
  private static HttpRoute toRoute(HttpHost host) {
    return new HttpRoute(RoutingSupport.normalize(host, DefaultSchemePortResolver.INSTANCE));
  }

  /** The library waits for such a connection, unless it was there. */
  static void sharing(Object[] taken, Cancellable waiting) {
    if (taken != null && waiting != null) {
      Passage passage = ((AsyncFlight) taken[2]).passage();
      if (!passage.isExecuting()) {
        passage.connecting();
        passage.under(waiting);
      }
    }
  }

  /** The route that the application knows; null to leave the one that is asked about. */
  static HttpRoute logical(HttpRoute asked) {
    Routes.Lead lead = Routes.lead(asked.getTargetHost());
    return lead == null ? null : lead.logical();
  }

  /** The host that the application knows; null to leave the one that is asked about. */
  static HttpHost logical(HttpHost asked) {
    Routes.Lead lead = Routes.lead(asked);
    return lead == null ? null : lead.logical().getTargetHost();
  }

  /** An exchange over a leased connection; null to leave it. */
  static AsyncClientExchangeHandler executing(
      AsyncConnectionEndpoint endpoint, AsyncClientExchangeHandler own) {
    AsyncFlight flight = CURRENT.get();
    if (flight != null) {
      flight.passage().executing(own, Passage.Connected.over(session(endpoint), true));
      return new SentHandler(own, flight);
    }
    return Inboard.outbound().disabled()
        ? null
        : new SentHandler(own, null, unled(endpoint, session(endpoint)));
  }

  /** An exchange over a connection that calls share; null to leave it. */
  static AsyncClientExchangeHandler executing(
      AsyncExecRuntime runtime, AsyncClientExchangeHandler own) {
    AsyncFlight flight = CURRENT.get();
    if (flight == null && Inboard.outbound().disabled()) {
      return null;
    }
    Object endpoint = ((AtomicReference<?>) AsyncMembers.H2_ENDPOINT.get(runtime)).get();
    IOSession session = endpoint == null ? null : (IOSession) AsyncMembers.H2_SESSION.get(endpoint);
    if (flight == null) {
      return new SentHandler(own, null, unled(runtime, session));
    }
    flight.passage().executing(own, Passage.Connected.over(session, false));
    return new SentHandler(own, flight);
  }

  /**
   * What no hop sends, by where its connection leads, whatever the name in its URL: says why it
   * must not go there in the clear; null: it may.
   *
   * @param by what sends it
   * @param session null: there is none any more
   */
  private static Supplier<IOException> unled(Object by, IOSession session) {
    return () ->
        session == null
            ? null
            : Refusals.opening(() -> Optional.of(by.getClass()), session.getRemoteAddress())
                .orElse(null);
  }

  /** Such an exchange has been given to its connection. */
  static void executed(AsyncClientExchangeHandler taken, Cancellable stream) {
    if (taken instanceof SentHandler sent && sent.flight() != null && stream != null) {
      sent.flight().passage().streams(stream);
    }
  }

  /** Null where there is none, or one of another kind. */
  private static IOSession session(AsyncConnectionEndpoint endpoint) {
    Object entry = ((AtomicReference<?>) AsyncMembers.POOL_ENTRY.get(endpoint)).get();
    Object connection = entry instanceof PoolEntry<?, ?> known ? known.getConnection() : null;
    return AsyncMembers.CONNECTION.isInstance(connection)
        ? (IOSession) AsyncMembers.SESSION.get(connection)
        : null;
  }

  /** After an error of ours: as what no hop sends. */
  static AsyncClientExchangeHandler mistaken(AsyncClientExchangeHandler own) {
    return new SentHandler(own, null);
  }

  /**
   * What no hop sends: a chain of the application's own, or after an error of ours. Null, or why it
   * must not go out in the clear.
   *
   * @param unled says why not over its connection
   */
  static IOException unsent(HttpRequest request, Supplier<IOException> unled) {
    NamedEndpoint authority = request.getAuthority();
    String scheme = request.getScheme() == null ? "http" : request.getScheme();
    if (!scheme.equalsIgnoreCase("http") || Inboard.outbound().disabled()) {
      return null;
    }
    IOException named =
        authority == null
            ? null
            : HopRequest.failClosed(new HttpHost(scheme, authority), null).orElse(null);
    return named == null ? unled.get() : named;
  }

  /** Goes on with an attempt where the library is told. */
  private record Told<T>(AsyncFlight flight, FutureCallback<T> own) implements FutureCallback<T> {
    /** What the library throws here, of a connection that has just ended, nobody would hear. */
    @Override
    public void completed(T result) {
      flight.passage().leased();
      AsyncFlight outer = CURRENT.get();
      set(flight);
      try {
        own.completed(result);
      } catch (RuntimeException e) {
        flight.failed(e);
      } finally {
        set(outer);
        flight.returned();
      }
    }

    @Override
    public void failed(Exception cause) {
      own.failed(cause);
    }

    @Override
    public void cancelled() {
      own.cancelled();
    }
  }
}
