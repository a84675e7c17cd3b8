// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What is not public in the JDK's server, each once: witness of the unit and way there. */
final class JdkMembers {
  static final String SERVER = "sun.net.httpserver.";
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  static final Handles.Owner PLAIN = HANDLES.in(SERVER + "HttpExchangeImpl");
  static final Handles.Field OF_PLAIN = PLAIN.reach(field("impl", SERVER + "ExchangeImpl"));
  static final Handles.Owner SECURED = HANDLES.in(SERVER + "HttpsExchangeImpl");
  static final Handles.Field OF_SECURED = SECURED.reach(field("impl", SERVER + "ExchangeImpl"));

  private static final Handles.Owner EXCHANGE = HANDLES.in(SERVER + "ExchangeImpl");
  static final Handles.Field HEADERS =
      EXCHANGE.reach(field("reqHdrs", "com.sun.net.httpserver.Headers"));
  static final Handles.Field STATUS = EXCHANGE.reach(field("rcode", "int"));
  static final Handles.Field OF_EXCHANGE =
      EXCHANGE.reach(field("connection", SERVER + "HttpConnection"));

  static final Handles.Field CHANNEL =
      HANDLES.in(SERVER + "HttpConnection").reach(field("chan", "java.nio.channels.SocketChannel"));
  static final Handles.Field EXECUTOR =
      HANDLES.in(SERVER + "ServerImpl").reach(field("executor", "java.util.concurrent.Executor"));
  static final Handles.Method UNMODIFIABLE =
      HANDLES
          .in(SERVER + "UnmodifiableHeaders")
          .reach(method("<init>", "com.sun.net.httpserver.Headers"));

  private JdkMembers() {}
}
