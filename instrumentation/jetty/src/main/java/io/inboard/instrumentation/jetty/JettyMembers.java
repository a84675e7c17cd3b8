// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches and does not compile against, each once. */
final class JettyMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Of a module that an application need not have. */
  static final Handles.Method HTTP_2 =
      HANDLES
          .inIfThere("org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory")
          .reach(method("<init>", "org.eclipse.jetty.server.HttpConfiguration"));

  /** Versions before 12.0.5 tell TLS by the endpoint's class alone, which would be ours. */
  static final Handles.Method SESSION =
      HANDLES
          .inVersionsWith("org.eclipse.jetty.io.ssl.SslConnection$SslEndPoint")
          .reach(method("getSslSessionData", 0));

  /** What only Jetty 12 has. */
  private static final String LINE = "org.eclipse.jetty.server.HttpStream";

  /** A witness: what requests of Jetty 12 enter. */
  static final Handles.Method HANDLE =
      HANDLES.inLineWith(LINE, "org.eclipse.jetty.server.Server").reach(method("handle", 3));

  /** Likewise: what TlsConnection overrides. */
  static final Handles.Method INSIDE =
      HANDLES
          .inLineWith(LINE, "org.eclipse.jetty.io.ssl.SslConnection")
          .reach(method("newSslEndPoint", 0));

  private static final Handles.Owner STATE =
      HANDLES.inLineWith(LINE, "org.eclipse.jetty.server.internal.HttpChannelState");

  /** Likewise: where a head becomes a request. */
  static final Handles.Method ON_REQUEST = STATE.reach(method("onRequest", 1));

  static final Handles.Method RESPONSE = STATE.reach(method("getResponse", 0));

  /** Likewise: what asks the server. */
  static final Handles.Method RUN =
      HANDLES
          .inLineWith(LINE, "org.eclipse.jetty.server.internal.HttpChannelState$HandlerInvoker")
          .reach(method("run", 0));

  private static final Handles.Owner STREAM =
      HANDLES.inLineWith(LINE, "org.eclipse.jetty.server.HttpStream$Wrapper");

  /** What is woven there. */
  static final Handles.Method SEND = STREAM.reach(method("send", 5));

  /** Likewise. */
  static final Handles.Method SUCCEEDED = STREAM.reach(method("succeeded", 0));

  /** Likewise. */
  static final Handles.Method FAILED = STREAM.reach(method("failed", 1));

  // The servlets above it, of which an application has one line or several.

  static final Handles.Method REQUEST_11 = servletRequest("ee11");
  static final Handles.Method MATCHED_11 = matched("ee11");
  static final Handles.Method REQUEST_10 = servletRequest("ee10");
  static final Handles.Method MATCHED_10 = matched("ee10");

  // Likewise, nested ones: a channel's request of Jetty 12; a nested request's, and its mapping.

  static final Handles.Method REQUEST_9 = nested("ee9", "HttpChannel", "getCoreRequest");
  static final Handles.Method CORE_9 = nested("ee9", "Request", "getCoreRequest");
  static final Handles.Method MAPPING_9 = nested("ee9", "Request", "getServletPathMapping");
  static final Handles.Method PATTERN_9 = nested("ee9", "ServletPathMapping", "getPattern");
  static final Handles.Method REQUEST_8 = nested("ee8", "HttpChannel", "getCoreRequest");
  static final Handles.Method CORE_8 = nested("ee8", "Request", "getCoreRequest");
  static final Handles.Method MAPPING_8 = nested("ee8", "Request", "getServletPathMapping");
  static final Handles.Method PATTERN_8 = nested("ee8", "ServletPathMapping", "getPattern");

  private JettyMembers() {}

  private static Handles.Method nested(String line, String type, String getter) {
    return HANDLES
        .inVersionsWith("org.eclipse.jetty." + line + ".nested." + type)
        .reach(method(getter, 0));
  }

  private static Handles.Method servletRequest(String line) {
    return HANDLES
        .inVersionsWith("org.eclipse.jetty." + line + ".servlet.ServletChannel")
        .reach(method("getServletContextRequest", 0));
  }

  private static Handles.Method matched(String line) {
    return HANDLES
        .inVersionsWith("org.eclipse.jetty." + line + ".servlet.ServletContextRequest")
        .reach(method("getMatchedResource", 0));
  }
}
