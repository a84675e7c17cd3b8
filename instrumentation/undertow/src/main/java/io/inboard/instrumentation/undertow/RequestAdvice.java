// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Contexts;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import io.undertow.server.HttpServerExchange;
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
}
