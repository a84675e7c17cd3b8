// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.inboard.call.Contexts.Scope;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.call.PlaintextAnswer;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.weave.Advice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /**
     * {@link Optional}: the request ends here, with the error in it if the connection ends as well;
     * else a scope, or null if we leave it alone.
     */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(
        @Advice.FieldValue("handler") Object handler,
        @Advice.FieldValue("iter") ListIterator<?> filters,
        @Advice.Argument(0) HttpExchange exchange) {
      if (!isFirst(handler, filters) || !Exchanges.isServers(exchange)) {
        return null;
      }
      if (isBareInStrict(exchange)) {
        Inboard.inboundTls()
            .refused(
                exchange.getLocalAddress().getPort(),
                exchange.getRemoteAddress(),
                Refusal.PLAINTEXT);
        return refuse(exchange);
      }
      if (isLapsedInStrict(exchange)) {
        Inboard.inboundTls()
            .refused(
                exchange.getLocalAddress().getPort(), exchange.getRemoteAddress(), Refusal.EXPIRED);
        // Another connection begins with a handshake, which tells the peer why.
        exchange.getResponseHeaders().set("Connection", "close");
        return answer(exchange, 403);
      }
      if (Inboard.inbound().disabled()) {
        JdkRequest.removeClaims(exchange);
        return null;
      }
      InboundCall call = Inboard.inbound().begin(new JdkRequest(exchange));
      if (call == InboundCall.UNTOUCHED) {
        JdkRequest.removeClaims(exchange);
        return null;
      }
      Exchanges.begin(exchange, call);
      call.route(exchange.getHttpContext().getPath());
      if (call.verdict() instanceof Verdict.Deny deny) {
        return answer(exchange, deny.status());
      }
      JdkRequest.rewriteHeaders(exchange, call);
      return Inboard.contexts().activate(call.context());
    }

    static Object enter(
        Throwable error, Object handler, ListIterator<?> filters, HttpExchange exchange) {
      if (!isFirst(handler, filters)) {
        return null;
      }
      int port = exchange.getLocalAddress().getPort();
      boolean closed =
          Inboard.inbound().failsClosed(port)
              || (!(exchange instanceof HttpsExchange) && Connections.isStrict(port));
      return closed || !isWithoutClaims(exchange) ? answer(exchange, 503) : null;
    }

    /** False if that cannot be brought about. */
    private static boolean isWithoutClaims(HttpExchange exchange) {
      try {
        if (Exchanges.isServers(exchange)) {
          JdkRequest.removeClaims(exchange);
        }
        return true;
      } catch (RuntimeException | LinkageError e) {
        return false;
      }
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

    /** Plaintext on a connection that was accepted before the port became STRICT. */
    private static boolean isBareInStrict(HttpExchange exchange) {
      return !(exchange instanceof HttpsExchange)
          && Connections.isStrict(exchange.getLocalAddress().getPort())
          && !Connections.isSecured(Exchanges.channel(exchange));
    }

    /** What a new connection would be told; the server closes this one after it. */
    private static Optional<Throwable> refuse(HttpExchange exchange) {
      byte[] text = PlaintextAnswer.text().getBytes(StandardCharsets.US_ASCII);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Connection", "close");
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      try {
        exchange.sendResponseHeaders(400, head ? -1 : text.length);
        if (!head) {
          exchange.getResponseBody().write(text);
        }
        exchange.close();
        return Optional.empty();
      } catch (IOException | RuntimeException e) {
        return Optional.of(e);
      }
    }

    /** Mutual TLS whose peer proves nothing any more: its certificate has expired since. */
    private static boolean isLapsedInStrict(HttpExchange exchange) {
      return !(exchange instanceof HttpsExchange)
          && Connections.isStrict(exchange.getLocalAddress().getPort())
          && Connections.peer(Exchanges.channel(exchange)).isEmpty();
    }

    /** With an empty body; the server then reads what the peer still sends, as after any other. */
    private static Optional<Throwable> answer(HttpExchange exchange, int status) {
      try {
        exchange.sendResponseHeaders(status, -1);
        return Optional.empty();
      } catch (IOException | RuntimeException e) {
        // The peer is gone, or an answer has begun: the server closes, and the handler is skipped.
        return Optional.of(e);
      }
    }
  }

  /** The application, or we, send the head of a response; a second time is an error. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object exchange,
        @Advice.FieldValue("sentHeaders") boolean sent,
        @Advice.FieldValue("rspHdrs") Headers headers,
        @Advice.Argument(0) int status) {
      if (!sent) {
        Exchanges.respond(exchange, status, headers);
      }
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
