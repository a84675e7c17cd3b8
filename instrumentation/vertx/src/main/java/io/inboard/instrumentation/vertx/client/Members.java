// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Field;
import io.inboard.weave.Handles.Method;
import io.inboard.weave.Handles.Owner;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches in Vert.x's client, and what differs between its versions. */
final class Members {
  private static final String P = "io.vertx.core.http.impl.";
  static final String CLIENT = P + "HttpClientImpl";
  static final String REQUEST = P + "HttpClientRequestImpl";
  static final String BASE = P + "HttpClientRequestBase";
  static final String RESPONSE = P + "HttpClientResponseImpl";

  static final String CONNECTION = "io.vertx.core.net.impl.ConnectionBase";

  static final String STREAM_TYPE = P + "HttpClientStream";

  /** Opens connections: 4.5 and 5.0. */
  static final String CONNECTOR = P + "HttpChannelConnector";

  /** The same since 5.1. */
  static final String TRANSPORT = P + "tcp.TcpHttpClientTransport";

  /** Before 5.1, and since. */
  static final String[] PROVIDER = {
    "io.vertx.core.net.impl.ChannelProvider", "io.vertx.core.net.impl.tcp.ChannelProvider"
  };

  /** Connections of WebSockets: 4.5, and since 5.0. */
  static final String[] WEB_SOCKETS = {P + "WebSocketEndpoint", P + "WebSocketGroup"};

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  // A client.
  private static final Owner CLIENTS = HANDLES.in(P + "HttpClientBase");
  static final Field VERTX = CLIENTS.reach(field("vertx"));

  /** Two names of one method: 4.5, and since 5.0. */
  static final Method RESOLVE_PROXY =
      CLIENTS.reach(method("resolveProxyOptions", 2).whereItExists());

  static final Method COMPUTE_PROXY =
      CLIENTS.reach(method("computeProxyOptions", 2).whereItExists());
  static final Field OPTIONS =
      HANDLES.inLineWith(CONNECTOR, P + "HttpClientBase").reach(field("options"));
  private static final Owner CLIENT_5_1 = HANDLES.inLineWith(TRANSPORT, CLIENT);
  static final Field DEFAULT_HOST = CLIENT_5_1.reach(field("defaultHost"));
  static final Field DEFAULT_PORT = CLIENT_5_1.reach(field("defaultPort"));
  static final Field DEFAULT_SSL = CLIENT_5_1.reach(field("defaultSsl"));
  static final Field VERSIONS = CLIENT_5_1.reach(field("versions"));
  static final Method TCP = CLIENT_5_1.reach(method("tcpTransport", 0));

  /** A request to an address, past the resolver, which knows names only. */
  static final Method DIRECTLY = CLIENT_5_1.reach(method("doRequestDirectly", 14));

  static final Method PROTOCOL_VERSION =
      HANDLES
          .inLineWith(TRANSPORT, "io.vertx.core.http.HttpConnectOptions")
          .reach(method("getProtocolVersion", 0));

  /** With the stream alone in 4.5; with its connection and options in 5.0, and a name since 5.1. */
  private static final Owner REQUESTS_OF = HANDLES.in(CLIENT);

  static final Method OF_STREAM = REQUESTS_OF.reach(method("createRequest", 1).whereItExists());
  static final Method OF_OPTIONS = REQUESTS_OF.reach(method("createRequest", 3).whereItExists());
  static final Method OF_AUTHORITY = REQUESTS_OF.reach(method("createRequest", 4).whereItExists());

  // Options of a request: another type of address in 5.
  private static final Owner REQUEST_OPTIONS = HANDLES.in("io.vertx.core.http.RequestOptions");
  static final Method SET_SERVER = REQUEST_OPTIONS.reach(method("setServer", 1));
  static final Method GET_SERVER =
      HANDLES
          .inOneOf("io.vertx.core.http.HttpConnectOptions", "io.vertx.core.http.RequestOptions")
          .reach(method("getServer", 0).whereItExists());

  // A request.
  private static final Owner BASES = HANDLES.in(BASE);
  static final Field STREAM = BASES.reach(field("stream"));
  static final Method HANDLE_RESPONSE = BASES.reach(method("handleResponse", 1));

  /** What a reset of the request's own makes of an error. */
  static final Method MAP_EXCEPTION = BASES.reach(method("mapException", 1));

  /** Public; 4 says at once whether it did, 5 gives a future. */
  static final Method RESET = BASES.reach(method("reset", long.class, Throwable.class));

  private static final Owner REQUESTS = HANDLES.in(REQUEST);
  static final Method HANDLE_EXCEPTION = REQUESTS.reach(method("handleException", Throwable.class));

  /** With what hears of it in 4.5, else with a future. */
  static final Method DO_WRITE = REQUESTS.reach(method("doWrite"));

  /** Of a response; null until the application has said what is to become of its body. */
  static final Field EVENT_HANDLER = HANDLES.in(RESPONSE).reach(field("eventHandler"));

  // Its stream.
  static final Method STREAM_RESET =
      HANDLES.inLineWith(CONNECTOR, STREAM_TYPE).reach(method("reset", Throwable.class));

  static final Method STREAM_CANCEL =
      HANDLES.inLineWith(TRANSPORT, P + "HttpStream").reach(method("cancel", 0));

  /** With the version before 5. */
  static final Method NEW_HEAD = HANDLES.in(P + "HttpResponseHead").reach(method("<init>"));

  // A context, of which 4.5 and 5 have two names.
  private static final Owner CONTEXT =
      HANDLES.inOneOf(
          "io.vertx.core.internal.ContextInternal", "io.vertx.core.impl.ContextInternal");

  static final Method PROMISE = CONTEXT.reach(method("promise", 0));

  // A connection that is opened.
  private static final Owner PROVIDERS = HANDLES.inOneOf(PROVIDER[1], PROVIDER[0]);
  static final Field BOOTSTRAP = PROVIDERS.reach(field("bootstrap"));
  static final Field AGREED = PROVIDERS.reach(field("applicationProtocol"));

  /** With a handler before 5.1. */
  static final Method CONNECTED = PROVIDERS.reach(method("connected"));

  private static final Owner CONNECTORS = HANDLES.inVersionsWith(CONNECTOR);
  static final Field CONNECTOR_SERVER = CONNECTORS.reach(field("server"));
  static final Field CONNECTOR_SSL = CONNECTORS.reach(field("ssl"));
  static final Field CONNECTOR_PROXY = CONNECTORS.reach(field("proxyOptions"));
  static final Method APPLY_HTTP_2 = CONNECTORS.reach(method("applyHttp2ConnectionOptions", 1));
  static final Method APPLY_HTTP_1 = CONNECTORS.reach(method("applyHttp1xConnectionOptions", 1));
  static final Method HTTP_2_CONNECTED = CONNECTORS.reach(method("http2Connected", 4));
  static final Method HTTP_1_CONNECTED = CONNECTORS.reach(method("http1xConnected", 7));
  static final Method SOCKET_METRIC =
      HANDLES.inLineWith(CONNECTOR, CONNECTION).reach(method("metric", 0));

  static final Field CHANNEL_CONTEXT = HANDLES.in(CONNECTION).reach(field("chctx"));

  private static final Owner PARAMS = HANDLES.inVersionsWith(P + "HttpConnectParams");
  static final Method NEW_PARAMS = PARAMS.reach(method("<init>", 4));
  static final Field PARAMS_PROTOCOLS = PARAMS.reach(field("protocols"));
  static final Field PARAMS_SSL = PARAMS.reach(field("ssl"));
  static final Field PARAMS_PROXY = PARAMS.reach(field("proxyOptions"));
  private static final Owner GROUPS_5_1 = HANDLES.inLineWith(TRANSPORT, P + "WebSocketGroup");
  static final Field GROUP_SERVER = GROUPS_5_1.reach(field("server"));
  static final Field GROUP_PARAMS = GROUPS_5_1.reach(field("connectParams"));

  private Members() {}

  /** Whether this is 5.1 or later. */
  static boolean is51() {
    return Lines.IS_5_1;
  }

  /** {@link #DIRECTLY}. */
  static MethodHandle directly() {
    return Directly.HANDLE;
  }

  /** Of the proxies that a client uses, in whichever version. */
  static Method proxy() {
    return Lines.RESOLVES ? RESOLVE_PROXY : COMPUTE_PROXY;
  }

  /** Looked at when the first call is made. */
  private static final class Lines {
    static final boolean IS_5_1 = isThere(TRANSPORT);
    static final boolean RESOLVES = RESOLVE_PROXY.isThere();

    private static boolean isThere(String className) {
      try {
        Class.forName(className, false, Members.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException e) {
        return false;
      }
    }
  }

  private static final class Directly {
    static final MethodHandle HANDLE = DIRECTLY.spread();
  }
}
