// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.lang.StackWalker.StackFrame;

/**
 * The body that a request shows while an attempt is under way. Jetty sends what its request has,
 * and application and Jetty ask by the same method: who calls decides. An application casts what it
 * gets to the type that it gave, to write to it.
 */
final class OwnBody {
  private static final StackWalker CALLERS = StackWalker.getInstance();
  private static final String CLIENT = Members.P;
  private static final String REQUEST = (Jetty.IS_12 ? Members.T : Members.P) + "HttpRequest";

  private OwnBody() {}

  /**
   * {@code HttpRequest#getBody}, on any thread.
   *
   * @param content what the request has; null: none
   * @return for Jetty's client that; for everybody else what the application gave
   */
  static Object of(Object request, Object content) {
    Object own = content == null ? null : given(request, content);
    return own == null || isCalledByJetty() ? content : own;
  }

  /** Null if that is what the application gave. */
  private static Object given(Object request, Object content) {
    if (Jetty.IS_12) {
      return content instanceof SentBody body ? body.own() : null;
    }
    Hop hop = Jetty.hop(Jetty.conversationOf(request));
    return hop != null && hop.body() instanceof OldContent old && old.isCopy(content)
        ? old.own()
        : null;
  }

  /** Whether the request is asked by the client, or by one of its transports; so on doubt. */
  private static boolean isCalledByJetty() {
    String caller =
        CALLERS.walk(
            frames ->
                frames
                    .map(StackFrame::getClassName)
                    .dropWhile(name -> !name.equals(REQUEST))
                    .dropWhile(name -> name.equals(REQUEST))
                    .findFirst()
                    .orElse(CLIENT));
    // Those of HTTP/2, HTTP/3 and FastCGI are in modules of their own.
    return caller.startsWith(CLIENT)
        || caller.startsWith("org.eclipse.jetty.http2.client.")
        || caller.startsWith("org.eclipse.jetty.http3.client.")
        || caller.startsWith("org.eclipse.jetty.fcgi.client.");
  }
}
