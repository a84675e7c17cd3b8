// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Contexts;
import io.inboard.call.server.Claims;
import io.inboard.weave.Advice;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import java.util.Map;

/** What only the servlets of Undertow know: routes, exceptions, listeners, trailers. */
final class ServletAdvice {
  private ServletAdvice() {}

  /** Filters and servlets are called, for a request or for a dispatch of it. */
  static final class Dispatch {
    private Dispatch() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) HttpServerExchange exchange) {
      ServedRequest served = ServedRequest.of(exchange);
      return served != null && served.enter(Routes.servlet(exchange)) ? served : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered, @Advice.Thrown Throwable thrown) {
      if (entered instanceof ServedRequest served) {
        served.leave(thrown == null ? null : Errors.cause(thrown));
      }
    }
  }

  /** Something of the application's that is called beside the servlets: a listener, a task. */
  static final class Run {
    private Run() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) HttpServerExchange exchange) {
      ServedRequest served = exchange == null ? null : ServedRequest.of(exchange);
      return served == null ? null : served.activate();
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object scope) {
      if (scope instanceof Contexts.Scope ours) {
        ours.close();
      }
    }
  }

  /**
   * The application's framework says which route matched. Heard when it is said: the dispatch to an
   * error page says it again, of the error page.
   */
  static final class Attribute {
    private Attribute() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This HttpServletRequestImpl request,
        @Advice.Argument(0) String name,
        @Advice.Argument(1) Object value) {
      if (Routes.SPRING_PATTERN.equals(name) && value != null) {
        ServedRequest served = ServedRequest.of(request.getExchange());
        if (served != null) {
          served.route(Routes.spring(request, value));
        }
      }
    }
  }

  /** The application asks for what came behind the body. */
  static final class Trailers {
    private Trailers() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Map<String, String> exit(@Advice.Return Map<String, String> fields) {
      return Claims.without(fields);
    }
  }
}
