// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import java.io.IOException;
import java.util.Optional;
import org.apache.coyote.Request;
import org.apache.coyote.Response;

/**
 * One request between begin and end. Kept as an attribute of the coyote request, which Tomcat
 * forgets with it; used by the thread that works for the request, which changes in step with
 * Tomcat's own use of the request's attributes.
 */
final class ServedRequest {
  private static final String ATTRIBUTE = "io.inboard.request";

  private final InboundCall call;
  private boolean routed;

  /**
   * The status of a response that is wholly on its way; 0 before. The last frame may be sent by
   * another thread (a file) than the one that ends the request.
   */
  private volatile int complete;

  private ServedRequest(InboundCall call) {
    this.call = call;
  }

  static void begin(Request request, InboundCall call) {
    request.setAttribute(ATTRIBUTE, new ServedRequest(call));
  }

  /** A scope with the request's context; null if the request is not ours. */
  static Object activate(Request request) {
    return request.getAttribute(ATTRIBUTE) instanceof ServedRequest served
        ? Inboard.contexts().activate(served.call.context())
        : null;
  }

  /** The head of the response goes out. */
  static void respond(Request request, Response response) {
    if (request.getAttribute(ATTRIBUTE) instanceof ServedRequest served) {
      served.call.respond(response.getStatus(), TomcatHeaders.of(response));
    }
  }

  /**
   * The whole response is on its way. What breaks from now on is not this request's, though Tomcat
   * gives it that as its error and makes its status 500.
   */
  static void complete(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof ServedRequest served) {
      served.complete = request.getResponse().getStatus();
    }
  }

  /** The first route counts. */
  static void route(org.apache.catalina.connector.Request request, Optional<String> route) {
    if (route.isPresent()
        && request.getCoyoteRequest().getAttribute(ATTRIBUTE) instanceof ServedRequest served
        && !served.routed) {
      served.routed = true;
      served.call.route(route.get());
    }
  }

  /**
   * The end as the container sees it; does nothing for a request that is not ours, or has ended.
   */
  static void end(org.apache.catalina.connector.Request request) {
    Request coyote = request.getCoyoteRequest();
    if (coyote == null || !(coyote.getAttribute(ATTRIBUTE) instanceof ServedRequest served)) {
      return;
    }
    if (!served.routed) {
      route(request, Routes.servlet(request));
    }
    end(coyote, Errors.thrown(request));
  }

  /** The end of a request that its container has not ended; does nothing for all others. */
  static void forgotten(Request coyote) {
    if (coyote.getAttribute(ATTRIBUTE) instanceof ServedRequest) {
      end(coyote, Errors.thrown(coyote::getAttribute));
    }
  }

  /**
   * The end.
   *
   * @param error what the application threw, or null
   */
  static void end(Request coyote, Throwable error) {
    if (coyote.getAttributes().remove(ATTRIBUTE) instanceof ServedRequest served) {
      Arrivals.ended(coyote);
      if (served.complete > 0) {
        // An application that throws after its response is at fault still; a connection is not.
        served.call.end(served.complete, error instanceof IOException ? null : error);
        return;
      }
      Response response = coyote.getResponse();
      served.call.end(response.isCommitted() ? response.getStatus() : 0, error);
    }
  }
}
