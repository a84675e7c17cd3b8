// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PlaintextAnswer;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.weave.Advice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * One request of any protocol, from {@code CoyoteAdapter#service} to the recycling of its objects.
 */
final class RequestAdvice {
  private RequestAdvice() {}

  /** Before every valve, filter and servlet. */
  static final class Service {
    private Service() {}

    /** {@link Boolean}: the request is answered; else a scope, or null if we leave it alone. */
    @Advice.OnMethodEnter(skipOn = Boolean.class)
    static Object enter(
        @Advice.This CoyoteAdapter adapter,
        @Advice.FieldValue("connector") Connector connector,
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response) {
      Optional<MeshChannel> channel = Connections.of(request);
      if (isBareInStrict(channel, connector)) {
        refuse(adapter, request, response, channel, connector);
        return Boolean.TRUE;
      }
      if (isLapsedInStrict(channel)) {
        MeshChannel lapsed = channel.get();
        Inboard.inboundTls().refused(lapsed.local().getPort(), lapsed.remote(), Refusal.EXPIRED);
        if (!request.protocol().equals("HTTP/2.0")) {
          // Another connection begins with a handshake, which tells the peer why.
          response.getMimeHeaders().setValue("Connection").setString("close");
        }
        answer(adapter, request, response, 403);
        return Boolean.TRUE;
      }
      if (Inboard.inbound().disabled()) {
        TomcatHeaders.removeClaims(request);
        return null;
      }
      InboundCall call =
          Inboard.inbound()
              .begin(new TomcatRequest(request, connector, channel, Arrivals.waited(request)));
      if (call == InboundCall.UNTOUCHED) {
        TomcatHeaders.removeClaims(request);
        return null;
      }
      if (call.verdict() instanceof Verdict.Deny deny) {
        call.respond(deny.status(), new TomcatResponseHeaders(response.getMimeHeaders()));
        answer(adapter, request, response, deny.status());
        call.end(deny.status(), null);
        return Boolean.TRUE;
      }
      ServedRequest.begin(request, call);
      call.writeHeaders(new TomcatHeaders(request.getMimeHeaders()));
      return Inboard.contexts().activate(call.context());
    }

    static Object enter(
        Throwable error,
        CoyoteAdapter adapter,
        Connector connector,
        Request request,
        Response response) {
      if (response.isCommitted()) {
        return Boolean.TRUE;
      }
      int port = Connections.localPort(connector);
      boolean closed =
          Inboard.inbound().failsClosed(port)
              || (Inboard.inboundTls().mode(port) == Mode.STRICT
                  && !Connections.hasOwnTls(connector.getProtocolHandler()));
      if (!closed && isWithoutClaims(request)) {
        return null;
      }
      response.setStatus(503);
      ServedRequest.end(request, error);
      answer(adapter, request, response, 503);
      return Boolean.TRUE;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      if (entered instanceof Contexts.Scope scope) {
        scope.close();
      }
    }

    /** False if that cannot be brought about. */
    private static boolean isWithoutClaims(Request request) {
      try {
        TomcatHeaders.removeClaims(request);
        return true;
      } catch (RuntimeException | LinkageError e) {
        return false;
      }
    }

    /** Mutual TLS whose peer proves nothing any more: its certificate has expired since. */
    private static boolean isLapsedInStrict(Optional<MeshChannel> channel) {
      return channel.isPresent()
          && channel.get().isMutualTls()
          && Inboard.inboundTls().mode(channel.get().local().getPort()) == Mode.STRICT
          && channel.get().peer().isEmpty();
    }

    /**
     * Plaintext that must not be served: it was accepted before the port became STRICT, or by an
     * endpoint that we cannot secure.
     */
    private static boolean isBareInStrict(Optional<MeshChannel> channel, Connector connector) {
      if (channel.isPresent() && channel.get().isMutualTls()) {
        return false;
      }
      int port =
          channel.isPresent() ? channel.get().local().getPort() : Connections.localPort(connector);
      return port > 0
          && Inboard.inboundTls().mode(port) == Mode.STRICT
          && !Connections.hasOwnTls(connector.getProtocolHandler());
    }

    /** What a new connection would be told; after a 400 Tomcat closes this one by itself. */
    private static void refuse(
        CoyoteAdapter adapter,
        Request request,
        Response response,
        Optional<MeshChannel> channel,
        Connector connector) {
      InboundRequest refused = new TomcatRequest(request, connector, channel, 0);
      Inboard.inboundTls().refused(refused.localPort(), refused.remote(), Refusal.PLAINTEXT);
      response.setContentType("text/plain");
      byte[] text = PlaintextAnswer.text().getBytes(StandardCharsets.US_ASCII);
      response.setStatus(400);
      response.setContentLength(text.length);
      try {
        response.doWrite(ByteBuffer.wrap(text));
      } catch (IOException gone) {
        // The connection is gone: there is no one to report it to.
      }
      response.action(ActionCode.CLOSE, null);
      adapter.log(request, response, 0);
    }

    /** With an empty body, at once, and into the access log like Tomcat's own early errors. */
    private static void answer(
        CoyoteAdapter adapter, Request request, Response response, int status) {
      response.setStatus(status);
      response.setContentLength(0);
      response.action(ActionCode.CLOSE, null);
      adapter.log(request, response, 0);
    }
  }

  /** The application asks for what came behind the body, on connectors that let it see that. */
  static final class Trailers {
    private Trailers() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Map<String, String> exit(@Advice.Return Map<String, String> fields) {
      return TomcatHeaders.withoutClaims(fields);
    }
  }

  /** The head of a response is put together: the one place that all ways of sending it pass. */
  static final class Respond {
    private Respond() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("request") Request request,
        @Advice.FieldValue("response") Response response) {
      ServedRequest.respond(request, response);
    }
  }

  /**
   * The last frame of a response of HTTP/2 is about to go out, if its stream is still open. Its
   * client has everything then, and may reset the stream or close the connection before Tomcat is
   * done with the request, which gets that as its error.
   */
  static final class EndOfStream {
    private EndOfStream() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object stream, @Advice.FieldValue("coyoteRequest") Request request) {
      if (Connections.isWritable(stream)) {
        ServedRequest.complete(request);
      }
    }
  }

  /** The container works for an asynchronous request again: a dispatch, a listener, an error. */
  static final class AsyncDispatch {
    private AsyncDispatch() {}

    @Advice.OnMethodEnter
    static Object enter(
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response,
        @Advice.Argument(2) SocketEvent event) {
      return ServedRequest.activate(request);
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
        @Advice.This org.apache.catalina.connector.Request request,
        @Advice.Argument(0) String name,
        @Advice.Argument(1) Object value) {
      if (Routes.SPRING_PATTERN.equals(name) && value != null) {
        ServedRequest.route(request, Routes.spring(request, value));
      }
    }
  }

  /**
   * Tomcat is done with a request, synchronous or not, and uses its objects again. The one place
   * that all of them pass: an {@code AsyncListener} hears nothing of the synchronous ones.
   */
  static final class Recycle {
    private Recycle() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This org.apache.catalina.connector.Request request) {
      ServedRequest.end(request);
    }
  }
}
