// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.weave.Advice;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Promise;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;

/** One nested class for each line of {@link VertxClientHooks}; what they do is elsewhere. */
final class ClientAdvice {
  private ClientAdvice() {}

  /** {@code HttpClientImpl#request(RequestOptions)}: of the application, or of an attempt. */
  static final class Ask {
    private Ask() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object[] enter(@Advice.This Object client, @Advice.Argument(0) RequestOptions options) {
      return Exchange.begin(client, options);
    }

    static Object[] enter(Throwable mistake, Object client, RequestOptions options) {
      return Exchange.refusal(mistake, client, options);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] ours) {
      return ours;
    }
  }

  /** {@code HttpClientImpl#request(RequestOptions, Handler)}, of 4.5. */
  static final class AskWithHandler {
    private AskWithHandler() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object[] enter(
        @Advice.This Object client,
        @Advice.Argument(0) RequestOptions options,
        @Advice.Argument(1) Handler<AsyncResult<HttpClientRequest>> handler) {
      return told(Exchange.begin(client, options), handler);
    }

    static Object[] enter(
        Throwable mistake,
        Object client,
        RequestOptions options,
        Handler<AsyncResult<HttpClientRequest>> handler) {
      return told(Exchange.refusal(mistake, client, options), handler);
    }

    @SuppressWarnings("unchecked")
    private static Object[] told(Object[] ours, Handler<AsyncResult<HttpClientRequest>> handler) {
      if (ours != null && ours[0] != null && handler != null) {
        ((Future<HttpClientRequest>) ours[0]).onComplete(handler);
      }
      return ours;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object[] ours) {
      return ours;
    }
  }

  /** The constructor of {@code WebSocketEndpoint} and {@code WebSocketGroup}. */
  static final class OpenWebSockets {
    private OpenWebSockets() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This Object group, @Advice.FieldValue("connector") Object connector) {
      Opening.ofWebSockets(group, connector);
    }
  }

  /** {@code ChannelProvider#handleConnect}: a connection is about to be opened. */
  static final class Connect {
    private Connect() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This Object provider,
        @Advice.Argument(0) Object first,
        @Advice.Argument(1) Object second,
        @Advice.Argument(-1) Promise<Channel> promise) {
      return Opening.begin(provider, first, second, promise);
    }

    static boolean enter(
        Throwable mistake, Object provider, Object first, Object second, Promise<Channel> promise) {
      return Opening.refuse(mistake, first, second, promise);
    }
  }

  /** {@code HttpChannelConnector#wrap}, of 4.5 and 5.0: the connection is there. */
  static final class Wrap {
    private Wrap() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Future<?> enter(
        @Advice.This Object connector,
        @Advice.Argument(0) Object context,
        @Advice.Argument(1) Object socket,
        @Advice.FieldValue("version") HttpVersion version)
        throws Throwable {
      return Spoken.wrap(connector, context, socket, version);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Future<?> exit(@Advice.Enter Future<?> ours) {
      return ours;
    }
  }

  /** {@code TcpHttpClientTransport#wrap}, since 5.1: the same. */
  static final class WrapByTransport {
    private WrapByTransport() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(@Advice.Argument(1) Object params, @Advice.Argument(5) Object socket) {
      return Spoken.params(params, socket);
    }
  }

  /** {@code ConnectionBase#isSsl}. */
  static final class Secured {
    private Secured() {}

    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(
        @Advice.FieldValue("chctx") ChannelHandlerContext context, @Advice.Return boolean secured) {
      return secured && Spoken.isOwnTls(context);
    }

    static boolean exit(Throwable mistake, ChannelHandlerContext context, boolean secured) {
      return secured;
    }
  }

  /** {@code HttpClientRequestImpl#doWrite}. */
  static final class Write {
    private Write() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(
        @Advice.This HttpClientRequest request,
        @Advice.Argument(0) Object piece,
        @Advice.Argument(1) boolean end) {
      return Flights.writing(request, piece, end);
    }

    static Throwable enter(
        Throwable mistake, HttpClientRequest request, Object piece, boolean end) {
      return Watched.refusal(mistake, request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }

  /** {@code HttpClientRequestBase#handleResponse}. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HttpClientRequest request, @Advice.Argument(0) HttpClientResponse response) {
      return Flights.responded(request, response);
    }
  }

  /** {@code HttpClientRequestImpl#handleException}. */
  static final class Fail {
    private Fail() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HttpClientRequest request, @Advice.Argument(0) Throwable error) {
      return Flights.failed(request, error);
    }
  }

  /** {@code HttpClientRequestBase#reset(Throwable)}, of 4.5 and 5.0; {@code cancel}, since 5.1. */
  static final class Reset {
    private Reset() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientRequest request, @Advice.Argument(0) Throwable cause) {
      Flights.reset(request, cause);
    }
  }

  /** {@code HttpClientRequestBase#reset(long, Throwable)}, since 5.1. */
  static final class ResetWithCode {
    private ResetWithCode() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientRequest request, @Advice.Argument(1) Throwable cause) {
      Flights.reset(request, cause);
    }
  }

  /** {@code HttpClientResponseImpl#handleChunk}. */
  static final class Read {
    private Read() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientResponse response, @Advice.Argument(0) Buffer piece) {
      Flights.read(response, piece);
    }
  }

  /** {@code HttpClientResponseImpl#pause}. */
  static final class Pause {
    private Pause() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientResponse response) {
      Flights.paused(response);
    }
  }

  /** {@code HttpClientResponseImpl#handleEnd}, since 5.1 {@code handleTrailers}. */
  static final class End {
    private End() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpClientResponse response) {
      Flights.finished(response);
    }
  }
}
