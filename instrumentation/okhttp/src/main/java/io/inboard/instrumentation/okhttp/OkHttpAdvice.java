// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.weave.Advice;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLSocket;
import okhttp3.Address;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import okhttp3.internal.connection.Exchange;
import okhttp3.internal.http2.ErrorCode;

/** One nested class for each line of {@link OkHttpHooks}; what they do is elsewhere. */
final class OkHttpAdvice {
  /** By asynchronous call, while it is queued. */
  private static final WeakIdentityMap<Object, Context> QUEUED = new WeakIdentityMap<>();

  private OkHttpAdvice() {}

  /** {@code new AsyncCall}: on the thread of the application that asks. */
  static final class Enqueue {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object call) {
      QUEUED.put(call, Inboard.contexts().current());
    }
  }

  /** {@code AsyncCall#execute} of 3.14, {@code AsyncCall#run} since 4; the callback included. */
  static final class Run {
    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object call) {
      Context context = QUEUED.remove(call);
      return context == null ? null : Inboard.contexts().activate(context);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object scope) {
      if (scope != null) {
        ((Contexts.Scope) scope).close();
      }
    }
  }

  /** {@code RetryAndFollowUpInterceptor#intercept}. */
  static final class Converse {
    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) Interceptor.Chain chain) {
      return Conversation.begin(chain);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object conversation) {
      if (conversation != null) {
        ((Conversation) conversation).end();
      }
    }
  }

  /**
   * {@code Transmitter#createAddress}, {@code RealCall#createAddress}, {@code OkHttpClient#address}
   * or {@code RealInterceptorChain#address}: where to connect, and with which TLS.
   */
  static final class CreateAddress {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Address exit(@Advice.This Object maker, @Advice.Return Address own) {
      return Conversation.address(maker, own);
    }
  }

  /**
   * {@code ConnectInterceptor#intercept}: all attempts of a hop. Enter gives a response and null,
   * or null and an error; or null to let the library send.
   */
  static final class Hop {
    @Advice.OnMethodEnter(skipOn = Object[].class)
    static Object[] enter(
        @Advice.This Interceptor connect, @Advice.Argument(0) Interceptor.Chain chain) {
      return Conversation.hop(connect, chain);
    }

    static Object[] enter(Throwable mistake, Interceptor connect, Interceptor.Chain chain) {
      return Conversation.mistaken(mistake, chain);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] outcome) {
      return outcome;
    }
  }

  /** {@code Route#socketAddress}: the endpoint's. */
  static final class SocketAddress {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static InetSocketAddress exit(@Advice.This Route route, @Advice.Return InetSocketAddress own) {
      return AttemptRoute.socketAddress(route, own);
    }
  }

  /** {@code Jdk9Platform#configureTlsExtensions}: what the mesh offers is set already. */
  static final class Offer {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) SSLSocket socket) {
      return AttemptRoute.isOurs(socket);
    }
  }

  /** {@code new Exchange}: there is a connection for the attempt. */
  static final class Connected {
    @Advice.OnMethodExit
    static void exit(@Advice.This Exchange exchange) {
      Conversation.connected(exchange);
    }
  }

  /** {@code Exchange#trackFailure}: reading or writing has failed, in the library itself. */
  static final class Broken {
    @Advice.OnMethodEnter
    static void enter() {
      Conversation.broken();
    }
  }

  /** {@code Http2Connection.ReaderRunnable#goAway}, on the thread that reads the connection. */
  static final class GoneAway {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("this$0") Object connection, @Advice.Argument(1) ErrorCode code) {
      GoAways.came(connection, code);
    }
  }

  /** {@code RealInterceptorChain#proceed}: the first one of an attempt gets its request. */
  static final class Head {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Request enter(@Advice.Argument(0) Request request) {
      return Conversation.request(request);
    }
  }

  /** {@code CallServerInterceptor#intercept}: sends and reads over the exchange. */
  static final class Early {
    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(
        @Advice.Argument(0) Interceptor.Chain chain, @Advice.Thrown Throwable thrown) {
      return Conversation.early(thrown, chain);
    }
  }

  /** {@code recover}: whether the library connects or sends once more by itself. */
  static final class Recover {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return Conversation.isDecided();
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Return boolean again) {
      Conversation.resends(again);
    }
  }

  /** {@code followUpRequest}: a redirect, a challenge, or another try after 408 and 503. */
  static final class FollowUp {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Response response) {
      return isRetry(response) && Conversation.isDecided();
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Response response, @Advice.Return Request next) {
      Conversation.resends(next != null && isRetry(response));
    }

    private static boolean isRetry(Response response) {
      return response.code() == 408 || response.code() == 503;
    }
  }

  /** {@code cancel()}, of the application or of its callTimeout; any thread. */
  static final class Cancel {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object engine) {
      Conversation.cancel(engine);
    }
  }
}
