// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Contexts;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request of any protocol, at Jetty 12's {@code Server#handle}, before every handler. */
final class HandlerAdvice {
  private HandlerAdvice() {}

  /**
   * The outer one: from here on it is a request whose headers can be corrected, and whose handlers
   * are heard when they are done.
   */
  static final class Wrap {
    private Wrap() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 0)
    @Advice.ToArgument(value = 2, index = 1)
    static Object[] enter(
        @Advice.Argument(0) Request request, @Advice.Argument(2) Callback callback) {
      if (MeshRequest.isAdmitted(request)) {
        return null;
      }
      MeshRequest ours = new MeshRequest(request);
      return new Object[] {ours, new MeshCallback(callback, ours)};
    }
  }

  /** The inner one. */
  static final class Admit {
    private Admit() {}

    /** Its result is that of {@link Gate#enter}. */
    @Advice.OnMethodEnter(skipOn = Optional.class)
    static Object enter(
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response,
        @Advice.Argument(2) Callback callback) {
      return MeshRequest.isAdmitted(request)
          ? null
          : Gate.enter(new JettyExchange(request, response, callback));
    }

    static Object enter(Throwable error, Request request, Response response, Callback callback) {
      return Gate.failed(new JettyExchange(request, response, callback));
    }

    /** True where we have answered: handled. */
    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static boolean exit(@Advice.Enter Object entered) {
      if (entered instanceof Contexts.Scope scope) {
        scope.close();
      }
      return entered instanceof Optional;
    }
  }
}
