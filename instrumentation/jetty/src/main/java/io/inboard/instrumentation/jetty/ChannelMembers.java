// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/**
 * What the adapter reaches in Jetty 9.4, 10 and 11, each once: classes that bear the names of
 * interfaces of Jetty 12, so that nothing can be compiled against both.
 */
final class ChannelMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Only these lines have it. */
  private static final String LINE = "org.eclipse.jetty.server.HttpTransport";

  private static final String STRING = "java.lang.String";

  private static final Handles.Owner SERVER = in("Server");

  /** A witness: what requests enter. */
  static final Handles.Method HANDLE =
      SERVER.reach(method("handle", "org.eclipse.jetty.server.HttpChannel"));

  private static final Handles.Owner CHANNEL = in("HttpChannel");
  static final Handles.Method REQUEST = CHANNEL.reach(method("getRequest", 0));
  static final Handles.Method RESPONSE = CHANNEL.reach(method("getResponse", 0));
  static final Handles.Method OWN_SERVER = CHANNEL.reach(method("getServer", 0));
  static final Handles.Method END_POINT = CHANNEL.reach(method("getEndPoint", 0));

  // Of what is woven, too, the line says whether it must be there.

  static final Handles.Method ON_REQUEST = CHANNEL.reach(method("onRequest", 1));
  static final Handles.Method WORK = CHANNEL.reach(method("handle", 0));
  static final Handles.Method DONE = CHANNEL.reach(method("onCompleted", 0));
  static final Handles.Method ABORT = CHANNEL.reach(method("abort", 1));
  static final Handles.Method SEND = CHANNEL.reach(method("sendResponse", 4));

  /** Before it, error pages pass the gate again, and unread bodies are taken for requests. */
  static final Handles.Method SINCE_9_4_35 =
      CHANNEL.reach(method("ensureConsumeAllOrNotPersistent", 0));

  private static final Handles.Owner OF_REQUEST = in("Request");
  static final Handles.Method OWN_CHANNEL = OF_REQUEST.reach(method("getHttpChannel", 0));
  static final Handles.Method METHOD = OF_REQUEST.reach(method("getMethod", 0));
  static final Handles.Method SCHEME = OF_REQUEST.reach(method("getScheme", 0));
  static final Handles.Method VERSION = OF_REQUEST.reach(method("getHttpVersion", 0));
  static final Handles.Method PATH = OF_REQUEST.reach(method("getRequestURI", 0));
  static final Handles.Method QUERY = OF_REQUEST.reach(method("getQueryString", 0));
  static final Handles.Method VALUES = OF_REQUEST.reach(method("getHeaders", STRING));
  static final Handles.Method FIELDS = OF_REQUEST.reach(method("getHttpFields", 0));
  static final Handles.Method URI = OF_REQUEST.reach(method("getHttpURI", 0));
  static final Handles.Method HANDLED = OF_REQUEST.reach(method("setHandled", 1));
  static final Handles.Method SET_SECURE = OF_REQUEST.reach(method("setSecure", "boolean"));
  static final Handles.Method CONTEXT_PATH = OF_REQUEST.reach(method("getContextPath", 0));
  static final Handles.Method SERVLET_PATH = OF_REQUEST.reach(method("getServletPath", 0));
  static final Handles.Method PATH_INFO = OF_REQUEST.reach(method("getPathInfo", 0));
  static final Handles.Method SET_ATTRIBUTE = OF_REQUEST.reach(method("setAttribute", 2));

  /** Since 10, where fields and URIs cannot be changed. */
  static final Handles.Method SET_FIELDS =
      OF_REQUEST.reach(method("setHttpFields", 1).whereItExists());

  /** Likewise. */
  static final Handles.Method SET_URI = OF_REQUEST.reach(method("setHttpURI", 1).whereItExists());

  /** Until 9.4. */
  static final Handles.Method SET_SCHEME =
      OF_REQUEST.reach(method("setScheme", STRING).whereItExists());

  private static final Handles.Owner OF_RESPONSE = in("Response");
  static final Handles.Method HEAD = OF_RESPONSE.reach(method("newResponseMetaData", 0));
  static final Handles.Method STATUS = OF_RESPONSE.reach(method("getStatus", 0));
  static final Handles.Method SET_STATUS = OF_RESPONSE.reach(method("setStatus", "int"));
  static final Handles.Method IS_COMMITTED = OF_RESPONSE.reach(method("isCommitted", 0));
  static final Handles.Method HAS_HEADER = OF_RESPONSE.reach(method("containsHeader", 1));
  static final Handles.Method SET_HEADER = OF_RESPONSE.reach(method("setHeader", STRING, STRING));
  static final Handles.Method SET_LENGTH = OF_RESPONSE.reach(method("setContentLength", "int"));
  static final Handles.Method OUTPUT = OF_RESPONSE.reach(method("getOutputStream", 0));
  static final Handles.Method CHANNEL_OF = OF_RESPONSE.reach(method("getHttpChannel", 0));

  // Fields that can be changed: those of 9.4 themselves, since 10 a copy of them.

  private static final Handles.Owner FIELDS_OF_9 =
      HANDLES.inIfThere("org.eclipse.jetty.http.HttpFields");
  private static final Handles.Owner COPY_OF_10 =
      HANDLES.inIfThere("org.eclipse.jetty.http.HttpFields$Mutable");
  static final Handles.Method ADD_9 = FIELDS_OF_9.reach(method("add", STRING, STRING));
  static final Handles.Method REMOVE_9 = FIELDS_OF_9.reach(method("remove", STRING));
  static final Handles.Method COPY_10 =
      FIELDS_OF_9.reach(method("build", "org.eclipse.jetty.http.HttpFields"));
  static final Handles.Method ADD_10 = COPY_OF_10.reach(method("add", STRING, STRING));
  static final Handles.Method REMOVE_10 = COPY_OF_10.reach(method("remove", STRING));

  // TLS.

  static final Handles.Owner DECRYPTED =
      HANDLES.inLineWith(LINE, "org.eclipse.jetty.io.ssl.SslConnection$DecryptedEndPoint");
  static final Handles.Method SSL = DECRYPTED.reach(method("getSslConnection", 0));
  static final Handles.Method INSIDE =
      HANDLES
          .inLineWith(LINE, "org.eclipse.jetty.io.ssl.SslConnection")
          .reach(method("getDecryptedEndPoint", 0));

  // Servlets, which an application of Jetty's own handlers need not have.

  private static final Handles.Owner SERVLETS =
      HANDLES.inIfThere("org.eclipse.jetty.servlet.ServletHandler");
  static final Handles.Method MAPPING = SERVLETS.reach(method("getServletMapping", STRING));
  static final Handles.Method OF_HOLDER =
      HANDLES
          .inIfThere("org.eclipse.jetty.servlet.BaseHolder")
          .reach(method("getServletHandler", 0));

  private ChannelMembers() {}

  private static Handles.Owner in(String name) {
    return HANDLES.inLineWith(LINE, "org.eclipse.jetty.server." + name);
  }
}
