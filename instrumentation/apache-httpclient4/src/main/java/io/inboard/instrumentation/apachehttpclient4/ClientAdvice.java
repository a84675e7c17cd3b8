// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.weave.Advice;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.HttpExecutionAware;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.client.RoutedRequest;
import org.apache.http.impl.execchain.ClientExecChain;

/** One nested class for each kind of line of {@link ApacheHttpClient4Hooks}. */
@SuppressWarnings("deprecation") // RoutedRequest is of the style of 4.2.
final class ClientAdvice {
  private ClientAdvice() {}

  /** {@code RetryExec#execute}. Enter gives what replaces the fourth argument, and our own. */
  static final class RetryError {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 3, index = 0)
    static Object[] enter(
        @Advice.This ClientExecChain retry,
        @Advice.Argument(2) HttpClientContext context,
        @Advice.Argument(3) HttpExecutionAware aware) {
      return Conversation.begin(retry, context, aware);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object[] begun) {
      if (begun != null) {
        ((Conversation) begun[1]).end();
      }
    }
  }

  /**
   * {@code ServiceUnavailableRetryExec#execute}. Enter gives a response and null, or null and an
   * error; or null to let the library go on.
   */
  static final class RetryAnswer {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This ClientExecChain retry,
        @Advice.Argument(0) HttpRoute route,
        @Advice.Argument(1) HttpRequestWrapper request,
        @Advice.Argument(2) HttpClientContext context,
        @Advice.Argument(3) HttpExecutionAware aware) {
      return Conversation.converse(retry, route, request, context, aware);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }

    static Object[] exit(Throwable mistake, Object[] outcome) {
      return outcome;
    }
  }

  /** {@code MainClientExec#execute}: all attempts of a hop; as {@link RetryAnswer}. */
  static final class Hop {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This ClientExecChain main,
        @Advice.Argument(0) HttpRoute route,
        @Advice.Argument(1) HttpRequestWrapper request,
        @Advice.Argument(2) HttpClientContext context,
        @Advice.Argument(3) HttpExecutionAware aware) {
      return Hops.run(main, route, request, context, aware);
    }

    static Object[] enter(
        Throwable mistake,
        ClientExecChain main,
        HttpRoute route,
        HttpRequestWrapper request,
        HttpClientContext context,
        HttpExecutionAware aware) {
      return Hops.mistaken(mistake, route);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }

    static Object[] exit(Throwable mistake, Object[] outcome) {
      return outcome;
    }
  }

  /** {@code AbstractConnPool#getMax}: how many connections the application allows its route. */
  static final class Max {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Object enter(@Advice.Argument(0) Object route) {
      return Hops.logicalRoute(route);
    }
  }

  /** {@code ConfigData#getSocketConfig}: what the application says of its own host. */
  static final class Config {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static HttpHost enter(@Advice.Argument(0) HttpHost asked) {
      return Hops.logicalHost(asked);
    }
  }

  /** {@code connect} of the operator: where to, for how long, and TLS after it. */
  static final class Connect {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 3, index = 1)
    static Object[] enter(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Argument(3) int timeout) {
      return Hops.connecting(connection, host, timeout);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Argument(0) ManagedHttpClientConnection connection,
        @Advice.Argument(1) HttpHost host,
        @Advice.Thrown Throwable thrown) {
      return thrown == null ? Hops.secure(connection, host) : Hops.notConnected(thrown);
    }

    static Throwable exit(
        Throwable mistake,
        ManagedHttpClientConnection connection,
        HttpHost host,
        Throwable thrown) {
      return Hops.unsecured(mistake);
    }
  }

  /** {@code DefaultBHttpClientConnection#sendRequestHeader}: over the right connection, or not. */
  static final class SendHead {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Throwable enter(
        @Advice.This Object connection, @Advice.Argument(0) HttpRequest request) {
      return Hops.head(connection, request);
    }

    static Throwable enter(Throwable mistake, Object connection, HttpRequest request) {
      return Hops.unsecured(mistake);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Enter Throwable refused, @Advice.Argument(0) HttpRequest request) {
      Hops.headIsWritten(request);
      return refused;
    }
  }

  /** {@code DefaultBHttpClientConnection#sendRequestEntity}: while it is written, ours. */
  static final class SendEntity {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) HttpEntityEnclosingRequest request) {
      Hops.body(request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Argument(0) HttpEntityEnclosingRequest request) {
      Hops.bodyIsWritten(request);
    }
  }

  /** {@code ConnectionHolder#releaseConnection} and {@code abortConnection}; any thread. */
  static final class Release {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object holder) {
      Line.leave(holder);
    }
  }

  /** {@code ProxyClient#tunnel}: a socket for the application, past the client. */
  static final class Tunnel {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Throwable enter(@Advice.This Object client, @Advice.Argument(1) HttpHost target) {
      return RequestView.tunnel(client.getClass(), target).orElse(null);
    }

    static Throwable enter(Throwable mistake, Object client, HttpHost target) {
      return RequestView.tunnelAfter(mistake, target).orElse(null);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refused) {
      return refused;
    }
  }

  /** {@code DefaultRequestDirector#tryConnect}: a client of the style of 4.2, through a proxy. */
  static final class Legacy {
    @Advice.OnMethodEnter(skipOn = Throwable.class)
    static Throwable enter(
        @Advice.This Object director, @Advice.Argument(0) RoutedRequest request) {
      return LegacyClient.refusal(director.getClass(), request.getRoute());
    }

    static Throwable enter(Throwable mistake, Object director, RoutedRequest request) {
      return LegacyClient.refusalAfter(mistake, request.getRoute());
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refused) {
      return refused;
    }
  }
}
