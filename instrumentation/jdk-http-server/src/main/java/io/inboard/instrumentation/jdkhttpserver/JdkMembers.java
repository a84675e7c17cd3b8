// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static io.inboard.weave.Member.constructor;
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

  private static final Handles.Owner CONNECTION = HANDLES.in(SERVER + "HttpConnection");
  static final Handles.Field CHANNEL =
      CONNECTION.reach(field("chan", "java.nio.channels.SocketChannel"));
  static final Handles.Field SELECTION_KEY =
      CONNECTION.reach(field("selectionKey", "java.nio.channels.SelectionKey"));

  private static final Handles.Owner SERVERS = HANDLES.in(SERVER + "ServerImpl");
  private static final Handles.Field HTTPS = SERVERS.reach(field("https", "boolean"));
  static final Handles.Field SELECTOR =
      SERVERS.reach(field("selector", "java.nio.channels.Selector"));
  static final Handles.Field TIMER = SERVERS.reach(field("timer", "java.util.Timer"));
  static final Handles.Field REQUESTS = SERVERS.reach(field("reqConnections", "java.util.Set"));
  static final Handles.Method ADD_EVENT = SERVERS.reach(method("addEvent", 1));
  static final Handles.Method CLOSE_CONNECTION = SERVERS.reach(method("closeConnection", 1));

  /** Not in the first updates of JDK 17, where a new connection counts as one with a request. */
  static final Handles.Method MARK_NEWLY_ACCEPTED =
      SERVERS.reach(method("markNewlyAccepted", 1).whereItExists());

  private static final Handles.Method EVENT = HANDLES.in(SERVER + "Event").reach(constructor());

  /** The one kind of event that belongs to no request; without it, any event may be made. */
  private static final Handles.Method STOP_REQUESTED =
      HANDLES.inIfThere(SERVER + "Event$StopRequested").reach(constructor());

  static final Handles.Method UNMODIFIABLE =
      HANDLES
          .in(SERVER + "UnmodifiableHeaders")
          .reach(method("<init>", "com.sun.net.httpserver.Headers"));

  private JdkMembers() {}

  /** Whether a server speaks plaintext if nobody gives it TLS. */
  static boolean isPlain(Object server) {
    return !(boolean) HTTPS.get(server);
  }

  /** An event of the dispatcher, which is told from all others by its identity. */
  static Object newEvent() {
    return STOP_REQUESTED.isThere() ? STOP_REQUESTED.call() : EVENT.call((Object) null);
  }
}
