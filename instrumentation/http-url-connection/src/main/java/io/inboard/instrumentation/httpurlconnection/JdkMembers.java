// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in the JDK's classes, each once: witness of the unit and way there. */
final class JdkMembers {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final Handles.Owner CONNECTION =
      HANDLES.in("sun.net.www.protocol.http.HttpURLConnection");
  static final Handles.Field HTTP = CONNECTION.reach(field("http", "sun.net.www.http.HttpClient"));
  static final Handles.Field FAILED_ONCE = CONNECTION.reach(field("failedOnce", "boolean"));
  static final Handles.Field RESPONSES =
      CONNECTION.reach(field("responses", "sun.net.www.MessageHeader"));
  static final Handles.Field REQUESTS =
      CONNECTION.reach(field("requests", "sun.net.www.MessageHeader"));
  static final Handles.Field INST_PROXY = CONNECTION.reach(field("instProxy", "java.net.Proxy"));
  static final Handles.Field OUTPUT = CONNECTION.reach(field("ps", "java.io.PrintStream"));
  static final Handles.Field POSTER = CONNECTION.reach(field("poster"));
  static final Handles.Field STREAM = CONNECTION.reach(field("strOutputStream"));
  static final Handles.Method WRITE_REQUESTS = CONNECTION.reach(method("writeRequests", 0));

  static final Handles.Field CONNECTED =
      HANDLES.in("java.net.URLConnection").reach(field("connected", "boolean"));

  private static final Handles.Owner CLIENT = HANDLES.in("sun.net.www.http.HttpClient");
  static final Handles.Method AVAILABLE = CLIENT.reach(method("available", 0));

  /** With a progress source as its second argument before 21. */
  static final Handles.Method PARSE_HTTP = CLIENT.reach(method("parseHTTP"));

  private static final Handles.Owner NETWORK = HANDLES.in("sun.net.NetworkClient");
  static final Handles.Field SERVER_SOCKET =
      NETWORK.reach(field("serverSocket", "java.net.Socket"));
  static final Handles.Field DEFAULT_CONNECT_TIMEOUT =
      NETWORK.reach(field("defaultConnectTimeout", "int"));
  static final Handles.Field DEFAULT_READ_TIMEOUT = NETWORK.reach(field("defaultSoTimeout", "int"));

  /** Since 21. */
  static final Handles.Method IS_VIRTUAL =
      HANDLES.inIfThere("java.lang.Thread").reach(method("isVirtual"));

  private JdkMembers() {}
}
