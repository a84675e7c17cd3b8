// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import java.util.Optional;
import org.xnio.IoUtils;

/** One request of any protocol, from its head to the end of its exchange. */
final class RequestAdvice {
  private RequestAdvice() {}

  /**
   * Before every handler: first on the I/O thread that has read the head, then on each thread that
   * works for the request.
   */
  static final class Execute {
    private Execute() {}

    /** Its result is that of {@link Gate#enter}. */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(@Advice.Argument(1) HttpServerExchange exchange) {
      ServedRequest served = ServedRequest.of(exchange);
      if (served != null) {
        return served.again(exchange);
      }
      UndertowRequest request = new UndertowRequest(exchange);
      if (request.isMutualTls() && !ServedRequest.hasPassed(exchange)) {
        exchange.setRequestScheme(request.scheme());
      }
      Object entered = Gate.enter(request);
      ServedRequest.letIn(exchange);
      return closing(exchange, entered);
    }

    /** What was let in before was judged. */
    static Object enter(Throwable error, HttpServerExchange exchange) {
      ServedRequest served = ServedRequest.of(exchange);
      if (served != null && served.isLetIn()) {
        return null;
      }
      return closing(exchange, Gate.failed(new UndertowRequest(exchange)));
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      if (entered instanceof Contexts.Scope scope) {
        scope.close();
      }
    }

    /** Where even an answer fails, the connection ends. */
    private static Object closing(HttpServerExchange exchange, Object entered) {
      if (entered instanceof Optional<?> answered && answered.isPresent()) {
        IoUtils.safeClose(exchange.getConnection());
      }
      return entered;
    }
  }

  /** The head of a response is complete, and nothing of it is written yet. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpServerExchange exchange) {
      ServedRequest served = ServedRequest.of(exchange);
      if (served != null) {
        served.respond(exchange);
      }
    }
  }

  /**
   * What came behind the body gets to the exchange, where handlers and servlets find it; HTTP/1.1
   * and HTTP/2 alike.
   */
  static final class Trailers {
    private Trailers() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(
        @Advice.This Object holder,
        @Advice.Argument(0) Object key,
        @Advice.Argument(1) Object value) {
      if (areTrailers(holder, key, value) && Inboard.inbound().guardsIdentity()) {
        new UndertowHeaders((HeaderMap) value).remove(Inbound.FORWARDED_CLIENT_CERT);
      }
      return null;
    }

    static Object enter(Throwable error, Object holder, Object key, Object value) {
      return areTrailers(holder, key, value) ? new HeaderMap() : null;
    }

    private static boolean areTrailers(Object holder, Object key, Object value) {
      return key == HttpAttachments.REQUEST_TRAILERS
          && value instanceof HeaderMap
          && holder instanceof HttpServerExchange;
    }
  }
}
