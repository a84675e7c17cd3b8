// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.weave.Advice;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecChainHandler;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.impl.async.AsyncHttpRequestRetryExec;
import org.apache.hc.client5.http.impl.async.MinimalH2AsyncClient;
import org.apache.hc.client5.http.impl.async.MinimalHttpAsyncClient;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncPushConsumer;
import org.apache.hc.core5.http.nio.HandlerFactory;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;

/** One nested class for each line of {@link ApacheHttpClient5AsyncHooks}. */
final class AsyncAdvice {
  private AsyncAdvice() {}

  /** {@code HttpAsyncClientBuilder#build}: where the retry handler of a client is made. */
  static final class Strategy {
    static AsyncHttpRequestRetryExec construct(@Advice.Argument(0) HttpRequestRetryStrategy own) {
      return new AsyncHttpRequestRetryExec(Conversation.deciding(own));
    }

    static AsyncHttpRequestRetryExec construct(Throwable mistake, HttpRequestRetryStrategy own) {
      return new AsyncHttpRequestRetryExec(own);
    }
  }

  /** {@code AsyncHttpRequestRetryExec#execute}. */
  static final class Retry {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This AsyncExecChainHandler retry, @Advice.Argument(2) AsyncExecChain.Scope scope) {
      Talk.begin(retry, scope.execRuntime);
    }
  }

  /**
   * {@code AsyncConnectExec#execute}: all attempts of a hop. Enter gives null, or an error for the
   * caller; nothing to let the library go on.
   */
  static final class Hop {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This AsyncExecChainHandler connect,
        @Advice.Argument(0) HttpRequest request,
        @Advice.Argument(1) AsyncEntityProducer body,
        @Advice.Argument(2) AsyncExecChain.Scope scope,
        @Advice.Argument(3) AsyncExecChain chain,
        @Advice.Argument(4) AsyncExecCallback callback) {
      return AsyncHop.isSeen(callback)
          ? AsyncHop.begin(new AsyncChain(connect, request, body, scope, chain, callback))
          : null;
    }

    static Object[] enter(
        Throwable mistake,
        AsyncExecChainHandler connect,
        HttpRequest request,
        AsyncEntityProducer body,
        AsyncExecChain.Scope scope,
        AsyncExecChain chain,
        AsyncExecCallback callback) {
      return AsyncHop.mistaken(mistake, scope.route.getTargetHost());
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code MinimalHttpAsyncClient#execute}: as {@link Hop}; enter gives what the caller gets. */
  static final class Minimal {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This MinimalHttpAsyncClient client,
        @Advice.Argument(0) AsyncClientExchangeHandler exchange,
        @Advice.Argument(1) HandlerFactory<AsyncPushConsumer> pushed,
        @Advice.Argument(2) HttpContext context) {
      return AsyncMinimal.begin(client::execute, exchange, pushed, context, true);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code MinimalH2AsyncClient#execute}: as {@link Minimal}. */
  static final class MinimalH2 {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This MinimalH2AsyncClient client,
        @Advice.Argument(0) AsyncClientExchangeHandler exchange,
        @Advice.Argument(1) HandlerFactory<AsyncPushConsumer> pushed,
        @Advice.Argument(2) HttpContext context) {
      return AsyncMinimal.begin(client::execute, exchange, pushed, context, false);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code PoolingAsyncClientConnectionManager#lease}: by the endpoint's route. */
  static final class Lease {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 4, index = 1)
    static Object[] enter(
        @Advice.This Object pool,
        @Advice.Argument(1) HttpRoute own,
        @Advice.Argument(4) FutureCallback<AsyncConnectionEndpoint> callback) {
      return Flights.leasing(pool, own, callback);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object[] taken, @Advice.Return Future<?> lease) {
      Flights.under(taken, lease);
    }
  }

  /** {@code PoolingAsyncClientConnectionManager#connect}. */
  static final class Connect {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 5, index = 1)
    static Object[] enter(
        @Advice.This Object pool,
        @Advice.Argument(0) AsyncConnectionEndpoint endpoint,
        @Advice.Argument(5) FutureCallback<AsyncConnectionEndpoint> callback) {
      return Flights.connecting(pool, endpoint, callback);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object[] taken, @Advice.Return Future<?> connection) {
      Flights.under(taken, connection);
    }
  }

  /** {@code PoolingAsyncClientConnectionManager#upgrade}, since 5.2, of a tunnel. */
  static final class Upgrade {
    @Advice.OnMethodEnter
    @Advice.ToArgument(3)
    static FutureCallback<AsyncConnectionEndpoint> enter(
        @Advice.Argument(3) FutureCallback<AsyncConnectionEndpoint> callback) {
      return Flights.upgrading(callback);
    }
  }

  /**
   * {@code PoolingAsyncClientConnectionManager#resolveConnectionConfig}, since 5.2: what the
   * application says of its own route.
   */
  static final class Resolve {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static HttpRoute enter(@Advice.Argument(0) HttpRoute asked) {
      return Flights.logical(asked);
    }
  }

  /**
   * {@code PoolingAsyncClientConnectionManager#resolveTlsConfig}, since 5.2; as {@link Resolve}.
   */
  static final class ResolveTls {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static HttpHost enter(@Advice.Argument(0) HttpHost asked) {
      return Flights.logical(asked);
    }
  }

  /**
   * {@code PoolingAsyncClientConnectionManager#setMaxPerRoute} and {@code setDefaultMaxPerRoute};
   * any thread.
   */
  static final class Limited {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object pool) {
      Limits.changed(pool);
    }
  }

  /** {@code InternalH2AsyncExecRuntime#acquireEndpoint}, which connects, too. */
  static final class AcquireH2 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 4, index = 1)
    static Object[] enter(
        @Advice.Argument(1) HttpRoute own,
        @Advice.Argument(4) FutureCallback<AsyncExecRuntime> callback) {
      return Flights.acquiring(own, callback);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object[] taken, @Advice.Return Cancellable acquiring) {
      Flights.sharing(taken, acquiring);
    }
  }

  /** {@code InternalH2AsyncExecRuntime#connectEndpoint}, of one that has ended meanwhile. */
  static final class ConnectH2 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 1)
    static Object[] enter(@Advice.Argument(1) FutureCallback<AsyncExecRuntime> callback) {
      return Flights.acquiring(null, callback);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object[] taken, @Advice.Return Cancellable acquiring) {
      Flights.sharing(taken, acquiring);
    }
  }

  /** {@code InternalH2ConnPool#getSession}, since 5.2, of a minimal client. */
  static final class GetSession {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 0)
    @Advice.ToArgument(value = 2, index = 1)
    static Object[] enter(
        @Advice.Argument(0) Object key, @Advice.Argument(2) FutureCallback<IOSession> callback) {
      return Flights.sharing(key, callback);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object[] taken, @Advice.Return Future<?> session) {
      Flights.sharing(taken, session == null ? null : () -> session.cancel(true));
    }
  }

  /** {@code MultihomeIOSessionRequester#connect}: where to, and TLS after it. */
  static final class Open {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 2, index = 1)
    @Advice.ToArgument(value = 6, index = 2)
    static Object[] enter(
        @Advice.Argument(1) NamedEndpoint remote,
        @Advice.Argument(2) SocketAddress address,
        @Advice.Argument(4) Timeout timeout,
        @Advice.Argument(5) Object attachment,
        @Advice.Argument(6) FutureCallback<IOSession> callback) {
      return Securing.opening(remote, address, timeout, attachment, callback);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Future<IOSession> exit(
        @Advice.Enter Object[] taken, @Advice.Return Future<IOSession> connecting) {
      return Securing.opened(taken, connecting);
    }
  }

  /**
   * {@code SingleCoreIOReactor#connect}, on the thread that asks for a connection: by the client,
   * or by a requester of HttpCore.
   */
  static final class Reach {
    @Advice.OnMethodEnter(skipOn = Exception.class)
    static Exception enter(
        @Advice.Argument(0) NamedEndpoint remote, @Advice.Argument(1) SocketAddress address) {
      return Outsiders.refusal(remote, address);
    }

    static Exception enter(Throwable mistake, NamedEndpoint remote, SocketAddress address) {
      return Outsiders.afterError(mistake, remote);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Future<IOSession> exit(
        @Advice.Enter Exception refusal,
        @Advice.Argument(5) FutureCallback<IOSession> callback,
        @Advice.Return Future<IOSession> own) {
      return refusal == null ? own : Outsiders.refused(refusal, callback);
    }
  }

  /** {@code InternalConnectionEndpoint#execute} of the pool. */
  static final class Execute {
    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static AsyncClientExchangeHandler enter(
        @Advice.This AsyncConnectionEndpoint endpoint,
        @Advice.Argument(1) AsyncClientExchangeHandler own) {
      return Flights.executing(endpoint, own);
    }

    static AsyncClientExchangeHandler enter(
        Throwable mistake, AsyncConnectionEndpoint endpoint, AsyncClientExchangeHandler own) {
      return Flights.mistaken(own);
    }
  }

  /** {@code InternalH2AsyncExecRuntime#execute}. */
  static final class ExecuteH2 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static AsyncClientExchangeHandler enter(
        @Advice.This AsyncExecRuntime runtime, @Advice.Argument(1) AsyncClientExchangeHandler own) {
      return Flights.executing(runtime, own);
    }

    static AsyncClientExchangeHandler enter(
        Throwable mistake, AsyncExecRuntime runtime, AsyncClientExchangeHandler own) {
      return Flights.mistaken(own);
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter AsyncClientExchangeHandler taken, @Advice.Return Cancellable stream) {
      Flights.executed(taken, stream);
    }
  }
}
