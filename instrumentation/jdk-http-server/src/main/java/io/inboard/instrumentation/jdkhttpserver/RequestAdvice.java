// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.inboard.call.Contexts.Scope;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.util.ListIterator;
import java.util.Optional;

/** A request, from the first step of its chain of filters to the end of its response. */
final class RequestAdvice {
  private static final String END_OF_THE_USERS_CHAIN =
      "sun.net.httpserver.ServerImpl$Exchange$LinkHandler";

  private RequestAdvice() {}

  /** Around each step of each chain; the first step of the user's chain is where we come in. */
  static final class Chain {
    private Chain() {}

    /** Its result is that of {@link Gate#enter}. */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(
        @Advice.FieldValue("handler") Object handler,
        @Advice.FieldValue("iter") ListIterator<?> filters,
        @Advice.Argument(0) HttpExchange exchange) {
      return isFirst(handler, filters) && Exchanges.isServers(exchange)
          ? Gate.enter(new JdkRequest(exchange))
          : null;
    }

    static Object enter(
        Throwable error, Object handler, ListIterator<?> filters, HttpExchange exchange) {
      return isFirst(handler, filters) ? Gate.failed(new JdkRequest(exchange)) : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Enter Object entered,
        @Advice.Argument(0) HttpExchange exchange,
        @Advice.Thrown Throwable error) {
      if (entered instanceof Optional<?> ended) {
        return (Throwable) ended.orElse(null);
      }
      if (entered instanceof Scope scope) {
        scope.close();
        if (error != null) {
          // The server closes the connection and reports nothing.
          Exchanges.failed(exchange, error);
        }
      }
      return null;
    }

    private static boolean isFirst(Object handler, ListIterator<?> filters) {
      return handler != null
          && !filters.hasPrevious()
          && handler.getClass().getName().equals(END_OF_THE_USERS_CHAIN);
    }
  }

  /**
   * The application, or we, send the head of a response; what comes after the first is an error.
   */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object exchange,
        @Advice.FieldValue("rspHdrs") Headers headers,
        @Advice.Argument(0) int status) {
      Exchanges.respond(exchange, status, headers);
    }
  }

  /** The event that the server's own loop gets when a response was written, on whichever thread. */
  static final class Written {
    private Written() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Object exchange) {
      Exchanges.end(exchange, null);
    }
  }

  /** An exchange that is closed, perhaps before its response was complete. */
  static final class Closed {
    private Closed() {}

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object exchange) {
      Exchanges.end(exchange, null);
    }
  }

  /** A connection that is closed under its request: by the server's stop, or its timeouts. */
  static final class Disconnected {
    private Disconnected() {}

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object connection) {
      Exchanges.disconnected(connection);
    }
  }
}
