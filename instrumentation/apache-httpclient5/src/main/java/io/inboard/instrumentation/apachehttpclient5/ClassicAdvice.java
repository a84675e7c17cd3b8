// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.weave.Advice;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.classic.HttpRequestRetryExec;
import org.apache.hc.client5.http.impl.classic.MinimalHttpClient;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/** One nested class for each line of {@link ApacheHttpClient5Hooks}. */
final class ClassicAdvice {
  private ClassicAdvice() {}

  /** {@code HttpClientBuilder#build}: where the retry handler of a client is made. */
  static final class Strategy {
    static HttpRequestRetryExec construct(@Advice.Argument(0) HttpRequestRetryStrategy own) {
      return new HttpRequestRetryExec(Conversation.deciding(own));
    }

    static HttpRequestRetryExec construct(Throwable mistake, HttpRequestRetryStrategy own) {
      return new HttpRequestRetryExec(own);
    }
  }

  /** {@code HttpRequestRetryExec#execute}. */
  static final class Retry {
    @Advice.OnMethodEnter
    static Object enter(
        @Advice.This ExecChainHandler retry, @Advice.Argument(1) ExecChain.Scope scope) {
      return Conversation.begin(retry, scope.execRuntime);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object begun) {
      if (begun != null) {
        ((Conversation) begun).end();
      }
    }
  }

  /**
   * {@code ConnectExec#execute}: all attempts of a hop. Enter gives a response and null, or null
   * and an error; or null to let the library go on.
   */
  static final class Hop {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This ExecChainHandler connect,
        @Advice.Argument(0) ClassicHttpRequest request,
        @Advice.Argument(1) ExecChain.Scope scope,
        @Advice.Argument(2) ExecChain chain) {
      Way way = Hops.way(connect, request, scope, chain);
      return way == null ? null : Hops.run(way);
    }

    static Object[] enter(
        Throwable mistake,
        ExecChainHandler connect,
        ClassicHttpRequest request,
        ExecChain.Scope scope,
        ExecChain chain) {
      return Hops.mistaken(mistake, scope.route.getTargetHost());
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code MinimalHttpClient#doExecute}: as {@link Hop}. */
  static final class Minimal {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This MinimalHttpClient client,
        @Advice.Argument(0) HttpHost target,
        @Advice.Argument(1) ClassicHttpRequest request,
        @Advice.Argument(2) HttpContext context) {
      Way way = Hops.way(client, target, request, context);
      return way == null ? null : Hops.run(way);
    }

    static Object[] enter(
        Throwable mistake,
        MinimalHttpClient client,
        HttpHost target,
        ClassicHttpRequest request,
        HttpContext context) {
      return Hops.mistaken(mistake, target);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code InternalExecRuntime#acquireEndpoint}: of the pool, by the endpoint's route. */
  static final class Acquire {
    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static HttpRoute enter(@Advice.This Object runtime, @Advice.Argument(1) HttpRoute own) {
      return Hops.route(runtime, own);
    }
  }

  /** {@code PoolingHttpClientConnectionManager#lease}: the wait for the pool. */
  static final class Leasing {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static LeaseRequest exit(@Advice.Return LeaseRequest own) {
      return Hops.leasing(own);
    }
  }

  /**
   * {@code PoolingHttpClientConnectionManager#resolveSocketConfig} and, since 5.2, {@code
   * resolveConnectionConfig}: what the application says of its own route.
   */
  static final class Resolve {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static HttpRoute enter(@Advice.Argument(0) HttpRoute asked) {
      return Hops.logical(asked);
    }
  }

  /**
   * {@code PoolingHttpClientConnectionManager#setMaxPerRoute} and {@code setDefaultMaxPerRoute};
   * any thread.
   */
  static final class Limited {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object pool) {
      Limits.changed(pool);
    }
  }

  /** {@code PoolingHttpClientConnectionManager#resolveTlsConfig}, since 5.2; as {@link Resolve}. */
  static final class ResolveTls {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static HttpHost enter(@Advice.Argument(0) HttpHost asked) {
      return Hops.logical(asked);
    }
  }

  /**
   * {@code DefaultHttpClientConnectionOperator#connect}, which newer versions call with more and
   * more arguments: where to, for how long, and TLS after it.
   */
  static final class Connect {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 3, index = 1)
    static Object[] enter(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Argument(3) TimeValue timeout) {
      return Hops.connecting(connection, host, timeout);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Thrown Throwable thrown) {
      return thrown == null ? Hops.secure(connection) : null;
    }

    static Throwable exit(
        Throwable mistake, ManagedHttpClientConnection connection, Throwable thrown) {
      return Hops.unsecured(mistake);
    }
  }

  /** Since 5.1. */
  static final class Connect7 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 3, index = 1)
    static Object[] enter(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Argument(3) TimeValue timeout) {
      return Hops.connecting(connection, host, timeout);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Thrown Throwable thrown) {
      return thrown == null ? Hops.secure(connection) : null;
    }

    static Throwable exit(
        Throwable mistake, ManagedHttpClientConnection connection, Throwable thrown) {
      return Hops.unsecured(mistake);
    }
  }

  /** Since 5.4. */
  static final class Connect8 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 4, index = 1)
    static Object[] enter(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Argument(4) TimeValue timeout) {
      return Hops.connecting(connection, host, timeout);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Thrown Throwable thrown) {
      return thrown == null ? Hops.secure(connection) : null;
    }

    static Throwable exit(
        Throwable mistake, ManagedHttpClientConnection connection, Throwable thrown) {
      return Hops.unsecured(mistake);
    }
  }

  /** Since 5.6. */
  static final class Connect9 {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 5, index = 1)
    static Object[] enter(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Argument(5) TimeValue timeout) {
      return Hops.connecting(connection, host, timeout);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Thrown Throwable thrown) {
      return thrown == null ? Hops.secure(connection) : null;
    }

    static Throwable exit(
        Throwable mistake, ManagedHttpClientConnection connection, Throwable thrown) {
      return Hops.unsecured(mistake);
    }
  }

  /** {@code DefaultBHttpClientConnection#sendRequestHeader}: over the right connection, or not. */
  static final class SendHead {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Throwable enter(
        @Advice.This Object connection, @Advice.Argument(0) ClassicHttpRequest request)
        throws IOException {
      return Hops.head(connection, request);
    }

    static Throwable enter(Throwable mistake, Object connection, ClassicHttpRequest request) {
      return Hops.unsent(mistake, request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refused) {
      return refused;
    }
  }

  /** {@code InternalExecRuntime#releaseEndpoint} and {@code discardEndpoint}; any thread. */
  static final class Release {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object runtime) {
      Line.leave(runtime, false);
    }
  }

  /** {@code InternalExecRuntime#cancel}, by the application's request; any thread. */
  static final class Cancel {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object runtime) {
      Line.leave(runtime, true);
    }
  }

  /** {@code ProxyClient#tunnel}: a socket for the application, past the client. */
  static final class Tunnel {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Throwable enter(@Advice.This Object client, @Advice.Argument(1) HttpHost target) {
      return HopRequest.tunnel(client.getClass(), target).orElse(null);
    }

    static Throwable enter(Throwable mistake, Object client, HttpHost target) {
      return HopRequest.tunnelAfter(mistake, target).orElse(null);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refused) {
      return refused;
    }
  }
}
