// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Contexts;
import io.inboard.call.server.ServletCall;
import io.inboard.weave.Advice;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.spec.HttpServletRequestImpl;

/** What only the servlets of Undertow know: routes, exceptions, listeners. */
final class ServletAdvice {
  private ServletAdvice() {}

  /** Filters and servlets are called, for a request or for a dispatch of it. */
  static final class Dispatch {
    private Dispatch() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) HttpServerExchange exchange) {
      ServletCall served = ServedRequest.ofServlets(exchange);
      return served != null && served.enter(Routes.servlet(exchange)) ? served : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered, @Advice.Thrown Throwable thrown) {
      if (entered instanceof ServletCall served) {
        served.leave(thrown == null ? null : Errors.cause(thrown));
      }
    }
  }

  /** Something of the application's that is called beside the servlets: a listener, a task. */
  static final class Run {
    private Run() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.Argument(0) HttpServerExchange exchange) {
      ServletCall served = exchange == null ? null : ServedRequest.ofServlets(exchange);
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
        ServletCall served = ServedRequest.ofServlets(request.getExchange());
        if (served != null) {
          served.route(Routes.spring(request, value));
        }
      }
    }
  }
}
