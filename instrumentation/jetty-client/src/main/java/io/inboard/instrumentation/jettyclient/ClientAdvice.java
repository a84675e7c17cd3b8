// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.weave.Advice;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.util.Promise;

/** One nested class for each line of {@link JettyClientHooks}; what they do is elsewhere. */
final class ClientAdvice {
  private ClientAdvice() {}

  /**
   * {@code HttpDestination#send(HttpExchange)}: on the application's thread, or on that of a
   * response which made another request.
   */
  static final class Send {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object destination, @Advice.Argument(0) Object exchange) {
      return HopEvents.begin(destination, exchange);
    }

    static boolean enter(Throwable mistake, Object destination, Object exchange) {
      return Guard.refuses(destination, exchange, mistake);
    }
  }

  /** {@code HttpConversation#updateResponseListeners}: who is told of an exchange. */
  static final class Listen {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object conversation) {
      HopEvents.listening(conversation);
    }
  }

  /** {@code ProxyConfiguration#match}: nothing that goes to an endpoint goes through a proxy. */
  static final class Proxy {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Origin origin) {
      return Route.of(origin) != null;
    }
  }

  /** {@code HttpClient#newConnection}. */
  static final class Connect {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.Argument(0) Object destination, @Advice.Argument(1) Promise<Object> promise) {
      return OwnHttpConnection.takes(destination, promise);
    }

    static boolean enter(Throwable mistake, Object destination, Promise<Object> promise) {
      return Guard.refusesAfter(mistake, destination, promise);
    }
  }

  /** {@code ClientConnector#connect}, on the thread that asks for a connection. */
  static final class Reach {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.Argument(0) SocketAddress address, @Advice.Argument(1) Map<?, ?> context) {
      return Outsiders.refuses(address, context);
    }

    static boolean enter(Throwable mistake, SocketAddress address, Map<?, ?> context) {
      return Outsiders.refusesAfter(mistake, address, context);
    }
  }

  /** {@code HttpDestination#failed}: there is no connection for what waits for one. */
  static final class Unconnected {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object destination, @Advice.Argument(0) Throwable failure) {
      return HopEvents.unconnected(destination, failure);
    }
  }

  /** {@code HttpConnectionOverHTTP#send(HttpExchange)}: an exchange gets its connection. */
  static final class Carry {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.This Object connection, @Advice.Argument(0) Object exchange) {
      return HopEvents.carried(connection, exchange);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Object exit(@Advice.Enter Object failure) {
      return failure;
    }
  }

  /** {@code HttpConnection#send(HttpChannel, HttpExchange)}: behind each way to send. */
  static final class OwnSend {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.This Object connection, @Advice.Argument(1) Object exchange) {
      return OwnHttpConnection.refusal(connection, exchange);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Object exit(@Advice.Enter Object failure) {
      return failure;
    }
  }

  /** {@code HttpRequest#getBody}, and {@code getContent} in 9.4. */
  static final class Body {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Object exit(@Advice.This Object request, @Advice.Return Object content) {
      return OwnBody.of(request, content);
    }
  }

  /** {@code HttpRequest#abort}: by the application, by a bound of its own, or by a connection. */
  static final class Abort {
    @Advice.OnMethodEnter(skipOn = Boolean.class)
    static Object enter(@Advice.This Object request, @Advice.Argument(0) Throwable cause) {
      return HopEvents.failsAttempt(request, cause)
          ? Boolean.TRUE
          : HopEvents.aborting(request, cause);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static CompletableFuture<?> exit(
        @Advice.Enter Object entered,
        @Advice.Argument(0) Throwable cause,
        @Advice.Return CompletableFuture<?> own) {
      if (entered instanceof Hop hop) {
        hop.aborted(cause);
      }
      return entered instanceof Boolean ? CompletableFuture.completedFuture(true) : own;
    }
  }

  /** {@code HttpConnectionOverHTTP#abort} and {@code HttpConnectionOverHTTP2#abort}. */
  static final class Lose {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object connection, @Advice.Argument(0) Throwable cause) {
      LostConnection.begin(connection, cause);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit() {
      LostConnection.end();
    }
  }

  /** {@code HttpRequest#abort} before 12, which says at once whether it has done anything. */
  static final class OldAbort {
    @Advice.OnMethodEnter(skipOn = Boolean.class)
    static Object enter(@Advice.This Object request, @Advice.Argument(0) Throwable cause) {
      return Abort.enter(request, cause);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static boolean exit(
        @Advice.Enter Object entered,
        @Advice.Argument(0) Throwable cause,
        @Advice.Return boolean own) {
      if (entered instanceof Hop hop) {
        hop.aborted(cause);
      }
      return own || entered instanceof Boolean;
    }
  }

  /** {@code HttpReceiverOverHTTP2#onReset}: the server has ended a stream. */
  static final class Reset {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object receiver, @Advice.Argument(0) Object frame) {
      HopEvents.reset(receiver, Http2.isRefused(frame));
    }
  }

  /** {@code HttpSender.ContentConsumer#onContent}, in 10 and 11. */
  static final class NextContent {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("exchange") Object exchange,
        @Advice.Argument(0) ByteBuffer piece,
        @Advice.Argument(1) boolean last) {
      OldContent.sending(exchange, piece, last);
    }
  }

  /** {@code HttpSender#someToContent}, before 12. */
  static final class SomeContent {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Object exchange, @Advice.Argument(1) ByteBuffer piece) {
      OldContent.sent(exchange, piece);
    }
  }

  // ResponseNotifier, before 12: what it says to whom.

  /** {@code notifyBegin(List, Response)}. */
  static final class Begins {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object told, @Advice.Argument(1) Object response) {
      return HeldList.begins(told, response);
    }
  }

  /** {@code notifyHeader(List, Response, HttpField)}: whether the field is wanted. */
  static final class HasField {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.Argument(0) Object told,
        @Advice.Argument(1) Object response,
        @Advice.Argument(2) HttpField field) {
      return HeldList.hasField(told, response, field);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static boolean exit(@Advice.Enter boolean skipped, @Advice.Return boolean own) {
      return skipped || own;
    }
  }

  /** {@code notifyHeaders(List, Response)}. */
  static final class HasHead {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object told, @Advice.Argument(1) Object response) {
      return HeldList.hasHead(told, response);
    }
  }

  /** {@code notifySuccess(List, Response)}, and {@code notifyFailure} with its failure. */
  static final class Ends {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object told, @Advice.Argument(1) Object response) {
      return HeldList.ends(told, response);
    }
  }

  /** {@code notifyComplete(List, Result)}. */
  static final class IsComplete {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object told, @Advice.Argument(1) Object result) {
      return HeldList.isComplete(told, result);
    }
  }
}
