// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.InboundCall;
import io.inboard.weave.Advice;
import org.eclipse.jetty.server.Request;

/**
 * The servlets above Jetty 12: their container works for a request, at first or again (a dispatch,
 * a listener, an error), on whatever thread.
 */
final class ServletAdvice {
  private ServletAdvice() {}

  static Object activate(Request request) {
    return request != null && request.getAttribute(MeshRequest.CALL) instanceof InboundCall call
        ? Inboard.contexts().activate(call.context())
        : null;
  }

  static void close(Object entered) {
    if (entered instanceof Contexts.Scope scope) {
      scope.close();
    }
  }

  /** The first mapping counts, and less than what the framework says. */
  static void route(Request request, String pattern) {
    if (request != null && Routes.tells(pattern)) {
      request.setAttribute(MeshRequest.SERVLET, Routes.inContext(request, pattern));
    }
  }

  /** {@code ServletChannel#handle} of Jakarta EE 11. */
  static final class Channel11 {
    private Channel11() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      Request request = (Request) JettyMembers.REQUEST_11.call(channel);
      if (request != null) {
        route(request, Routes.servlet(JettyMembers.MATCHED_11.call(request)));
      }
      return activate(request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      close(entered);
    }
  }

  /** {@code ServletChannel#handle} of Jakarta EE 10. */
  static final class Channel10 {
    private Channel10() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      Request request = (Request) JettyMembers.REQUEST_10.call(channel);
      if (request != null) {
        route(request, Routes.servlet(JettyMembers.MATCHED_10.call(request)));
      }
      return activate(request);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      close(entered);
    }
  }
}
