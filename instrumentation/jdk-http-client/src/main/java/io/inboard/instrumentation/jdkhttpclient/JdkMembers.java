// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Field;
import io.inboard.weave.Handles.Method;
import io.inboard.weave.Handles.Owner;
import java.lang.invoke.MethodHandles;

/**
 * What is not public in {@code jdk.internal.net.http} of JDK 17 to 27, each once: witness of the
 * unit and way there.
 */
final class JdkMembers {
  static final String P = "jdk.internal.net.http.";
  static final String REQUEST = P + "HttpRequestImpl";
  static final String CONNECTION = P + "HttpConnection";
  static final String TLS_CONNECTION = P + "AbstractAsyncSSLConnection";
  private static final String FLAG = "java.net.Authenticator$RequestorType";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  // The conversation.
  private static final Owner MULTI = HANDLES.in(P + "MultiExchange");
  static final Field TRACKER = MULTI.reach(field("connectTimeout"));
  static final Method SET_EXCHANGE = MULTI.reach(method("setExchange", P + "Exchange"));
  static final Method RESET =
      HANDLES.in(P + "MultiExchange$ConnectTimeoutTracker").reach(method("reset", 0));

  /** Since 26, where one place decides about all retries of the JDK. */
  private static final Owner RETRY = HANDLES.inIfThere(P + "MultiExchange$RetryContext");

  static final Method RETRY_CAUSE = RETRY.reach(method("requestFailureCause", 0));
  static final Method NO_RETRY = RETRY.reach(method("doNotRetry", "java.lang.Throwable"));

  // A hop or one of its attempts.
  private static final Owner EXCHANGE = HANDLES.in(P + "Exchange");
  static final Field MULTI_OF = EXCHANGE.reach(field("multi"));
  static final Field REQUEST_OF = EXCHANGE.reach(field("request"));
  static final Field CLIENT_OF = EXCHANGE.reach(field("client"));
  static final Field IMPL_OF = EXCHANGE.reach(field("exchImpl"));
  static final Field IGNORED = EXCHANGE.reach(field("bodyIgnored"));
  static final Field PUSHES = EXCHANGE.reach(field("pushGroup"));
  static final Method NEW_EXCHANGE = EXCHANGE.reach(method("<init>", REQUEST, P + "MultiExchange"));
  static final Method SEND = EXCHANGE.reach(method("responseAsyncImpl", CONNECTION));
  static final Method CANCEL = EXCHANGE.reach(method("cancel", "java.io.IOException"));
  static final Method IGNORE_BODY = EXCHANGE.reach(method("ignoreBody", 0));
  static final Method VERSION_OF = EXCHANGE.reach(method("version", 0));

  /** Since 26. */
  static final Method UNPROCESSED_EXCHANGE =
      EXCHANGE.reach(method("isUnprocessedByPeer", 0).whereItExists());

  private static final Owner IMPL = HANDLES.in(P + "ExchangeImpl");
  static final Field EXCHANGE_OF = IMPL.reach(field("exchange"));
  static final Method CONNECTION_OF = IMPL.reach(method("connection", 0));
  static final Method READ_BODY = IMPL.reach(method("readBodyAsync", 3));

  /** Before 26, but not in older updates of JDK 17 (17.0.15 for one). */
  static final Method UNPROCESSED = IMPL.reach(method("isUnprocessedByPeer", 0).whereItExists());

  // Its request.
  private static final Owner REQUESTS = HANDLES.in(REQUEST);
  static final Method NEW_REQUEST =
      REQUESTS.reach(method("<init>", "java.net.http.HttpRequest", "java.net.ProxySelector"));
  static final Method PROXY = REQUESTS.reach(method("proxy", 0));
  static final Method WEB_SOCKET = REQUESTS.reach(method("isWebSocket", 0));
  static final Method SYSTEM_HEADERS = REQUESTS.reach(method("getSystemHeadersBuilder", 0));
  static final Method MAP = HANDLES.in(P + "common.HttpHeadersBuilder").reach(method("map", 0));

  /** Whether the application gave credentials itself; not where the JDK does not ask. */
  static final Method GAVE = REQUESTS.reach(method("getUserSetAuthFlag", FLAG).whereItExists());

  static final Method SET_GAVE =
      REQUESTS.reach(method("setUserSetAuthFlag", FLAG, "boolean").whereItExists());

  // Its connection.
  private static final Owner CONNECTIONS = HANDLES.in(CONNECTION);
  static final Method CONNECTED = CONNECTIONS.reach(method("connected", 0));
  static final Method CHANNEL = CONNECTIONS.reach(method("channel", 0));
  static final Method CLOSE = CONNECTIONS.reach(method("close", 0));
  static final Method ADDRESS = CONNECTIONS.reach(method("address", 0));
  static final Owner TLS = HANDLES.in(TLS_CONNECTION);
  static final Method ENGINE = TLS.reach(method("getEngine", 0));
  static final Field DESTINATION =
      HANDLES.in(P + "ConnectionPool$CacheKey").reach(field("destination"));

  static final Owner HTTP1 = HANDLES.in(P + "Http1Exchange");
  static final Field STATE = HTTP1.reach(field("state"));
  static final Field RECEIVER = HTTP1.reach(field("asyncReceiver"));
  static final Field RECEIVED = HANDLES.in(P + "Http1AsyncReceiver").reach(field("received"));

  static final Owner STREAM = HANDLES.in(P + "Stream");
  static final Field STREAM_ID = STREAM.reach(field("streamid", "int"));
  static final Field REQUEST_BODY = STREAM.reach(field("requestBodyCF"));
  static final Field STREAM_CONNECTION = STREAM.reach(field("connection"));
  static final Method LAST_STREAM =
      HANDLES.in(P + "frame.GoAwayFrame").reach(method("getLastStream", 0));

  // Its response.
  private static final Owner RESPONSE = HANDLES.in(P + "Response");
  static final Method NEW_RESPONSE =
      RESPONSE.reach(
          method(
              "<init>",
              REQUEST,
              P + "Exchange",
              "java.net.http.HttpHeaders",
              CONNECTION,
              "int",
              "java.net.http.HttpClient$Version"));
  static final Method STATUS = RESPONSE.reach(method("statusCode", 0));
  static final Method VERSION = RESPONSE.reach(method("version", 0));
  static final Method HEADERS = RESPONSE.reach(method("headers", 0));
  static final Owner EXPIRED = HANDLES.in(P + "common.ConnectionExpiredException");

  // The client.
  static final Method THE_EXECUTOR =
      HANDLES.in(P + "HttpClientImpl").reach(method("theExecutor", 0));
  static final Method DELEGATE =
      HANDLES.in(P + "HttpClientImpl$DelegatingExecutor").reach(method("delegate", 0));

  private JdkMembers() {}
}
