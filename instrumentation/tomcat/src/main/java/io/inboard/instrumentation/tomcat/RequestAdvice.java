// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Contexts;
import io.inboard.call.server.Claims;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.util.Map;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
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

    /** Its result is that of {@link Gate#enter}. */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(
        @Advice.This CoyoteAdapter adapter,
        @Advice.FieldValue("connector") Connector connector,
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response) {
      return Gate.enter(new TomcatRequest(adapter, connector, request, response));
    }

    static Object enter(
        Throwable error,
        CoyoteAdapter adapter,
        Connector connector,
        Request request,
        Response response) {
      Object entered = Gate.failed(new TomcatRequest(adapter, connector, request, response));
      if (entered != null) {
        ServedRequest.end(request, error);
      }
      return entered;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      if (entered instanceof Contexts.Scope scope) {
        scope.close();
      }
    }
  }

  /** The application asks for what came behind the body, on connectors that let it see that. */
  static final class Trailers {
    private Trailers() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Map<String, String> exit(@Advice.Return Map<String, String> fields) {
      return Claims.without(fields);
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

  /**
   * The same of the request below. Of an asynchronous one over HTTP/2 whose stream breaks while its
   * servlet has not returned, 10.1.55 and 11.0.24 use only this again, and forget the one above
   * ({@code StreamProcessor#process} does nothing for a stream that was replaced).
   */
  static final class RecycleBelow {
    private RecycleBelow() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Request request) {
      ServedRequest.forgotten(request);
    }
  }
}
