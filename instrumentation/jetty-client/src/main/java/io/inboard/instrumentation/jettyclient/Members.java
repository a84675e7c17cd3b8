// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Field;
import io.inboard.weave.Handles.Method;
import io.inboard.weave.Handles.Owner;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * What the adapter reaches in Jetty's client, each once: in 12 in one package, in 9.4 to 11 in
 * another; and what is not public.
 */
final class Members {
  /** The package of 9.4 to 11, and what 12 has kept there. */
  static final String P = "org.eclipse.jetty.client.";

  /** Of 12. */
  static final String T = P + "transport.";

  private static final String LIST = "java.util.List";
  private static final String RESPONSE_9 = P + "api.Response";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  // What the application asked for, with all its hops.
  private static final Owner CONVERSATION = either("HttpConversation");
  static final Method EXCHANGES = CONVERSATION.reach(method("getExchanges", 0));
  static final Method TOLD = CONVERSATION.reach(method("getResponseListeners", 0));
  static final Method UPDATE = CONVERSATION.reach(method("updateResponseListeners", 1));
  static final Field LISTENERS = CONVERSATION.reach(field("listeners"));
  private static final Owner ATTRIBUTES = HANDLES.in("org.eclipse.jetty.util.Attributes");
  static final Method SET_ATTRIBUTE = ATTRIBUTES.reach(method("setAttribute", 2));
  static final Method REMOVE_ATTRIBUTE = ATTRIBUTES.reach(method("removeAttribute", 1));

  // A hop or one of its attempts.
  private static final Owner EXCHANGE = either("HttpExchange");
  static final Method NEW_EXCHANGE = EXCHANGE.reach(method("<init>", 3));
  static final Method REQUEST_OF = EXCHANGE.reach(method("getRequest", 0));
  static final Method RESPONSE_OF = EXCHANGE.reach(method("getResponse", 0));
  static final Method CONVERSATION_OF = EXCHANGE.reach(method("getConversation", 0));
  static final Method LISTENERS_OF = EXCHANGE.reach(method("getResponseListeners", 0));
  static final Field REQUEST_STATE = EXCHANGE.reach(field("requestState"));
  static final Method REQUEST_FAILURE = EXCHANGE.reach(method("getRequestFailure", 0));
  static final Method ABORT_12 =
      HANDLES.inLineWith(T + "HttpExchange", T + "HttpExchange").reach(method("abort", 2));
  static final Method ABORT_9 =
      HANDLES.inLineWith(P + "HttpExchange", P + "HttpExchange").reach(method("abort", 1));

  // Its request.
  private static final Owner REQUEST = either("HttpRequest");
  static final Method CONVERSATION_OF_REQUEST = REQUEST.reach(method("getConversation", 0));
  static final Method METHOD = REQUEST.reach(method("getMethod", 0));
  static final Method SCHEME = REQUEST.reach(method("getScheme", 0));
  static final Method HOST = REQUEST.reach(method("getHost", 0));
  static final Method PORT = REQUEST.reach(method("getPort", 0));
  static final Method PATH = REQUEST.reach(method("getPath", 0));
  static final Method QUERY = REQUEST.reach(method("getQuery", 0));
  static final Method URL = REQUEST.reach(method("getURI", 0));
  static final Method VERSION = REQUEST.reach(method("getVersion", 0));
  static final Method TIMEOUT = REQUEST.reach(method("getTimeout", 0));
  static final Method ABORT_CAUSE = REQUEST.reach(method("getAbortCause", 0));
  static final Method ABORT_REQUEST = REQUEST.reach(method("abort", "java.lang.Throwable"));
  static final Field HEADERS = REQUEST.reach(field("headers"));
  static final Field OWN_VERSION = REQUEST.reach(field("version"));

  /** Whether the application has said a version; since 10. */
  static final Method IS_VERSION_EXPLICIT =
      REQUEST.reach(method("isVersionExplicit", 0).whereItExists());

  static final Field EXPLICIT_10 =
      HANDLES
          .inLineWith(P + "dynamic.HttpClientTransportDynamic", P + "HttpRequest")
          .reach(field("versionExplicit"));
  static final Field EXPLICIT_12 =
      HANDLES.inLineWith(T + "HttpExchange", T + "HttpRequest").reach(field("versionExplicit"));
  static final Field CONTENT = REQUEST.reach(field("content"));

  /**
   * Begins to count the application's bound of the whole request; before 12 it was asked already.
   */
  static final Method SENT = REQUEST.reach(method("sent", 0));

  // Headers that can be changed; in 9.4 there is but one class.
  private static final Owner FIELDS =
      HANDLES.inOneOf(
          "org.eclipse.jetty.http.HttpFields$Mutable", "org.eclipse.jetty.http.HttpFields");
  static final Method PUT =
      FIELDS.reach(method("put", "java.lang.String", "java.lang.String").whereItExists());
  static final Method ADD =
      FIELDS.reach(method("add", "org.eclipse.jetty.http.HttpField").whereItExists());
  static final Method REMOVE = FIELDS.reach(method("remove", "java.lang.String").whereItExists());

  // Its response.
  private static final Owner RESPONSE = either("HttpResponse");
  static final Method STATUS = RESPONSE.reach(method("getStatus", 0));
  static final Method RESPONSE_VERSION = RESPONSE.reach(method("getVersion", 0));
  static final Field RESPONSE_HEADERS = RESPONSE.reach(field("headers"));
  static final Method SET_STATUS = RESPONSE.reach(method("status", 1));
  static final Method SET_VERSION = RESPONSE.reach(method("version", 1));
  static final Method SET_REASON = RESPONSE.reach(method("reason", 1));

  private static final Owner RESULT = HANDLES.inOneOf(P + "Result", P + "api.Result");
  static final Method NEW_RESULT = RESULT.reach(method("<init>", 4));
  static final Method RESPONSE_OF_RESULT = RESULT.reach(method("getResponse", 0));
  static final Method FAILURE = RESULT.reach(method("getFailure", 0));

  // Where it goes.
  static final Owner DESTINATION = either("HttpDestination");

  /** What the client calls it in the context of a connection: in 12.1, since 10, and in 9.4. */
  static final List<String> DESTINATION_KEYS =
      List.of(
          "org.eclipse.jetty.client.Destination",
          "org.eclipse.jetty.client.destination",
          "http.destination");

  static final Method QUEUE = DESTINATION.reach(method("getHttpExchanges", 0));
  static final Method CLIENT = DESTINATION.reach(method("getHttpClient", 0));
  static final Method ORIGIN = DESTINATION.reach(method("getOrigin", 0));
  static final Method PROXY = DESTINATION.reach(method("getProxy", 0));
  static final Method HOST_FIELD = DESTINATION.reach(method("getHostField", 0));
  static final Method POOL = DESTINATION.reach(method("getConnectionPool", 0));
  static final Method SEND_12 =
      HANDLES
          .inLineWith(T + "HttpExchange", T + "HttpDestination")
          .reach(method("send", T + "HttpExchange"));
  static final Method SEND_9 =
      HANDLES
          .inLineWith(P + "HttpExchange", P + "HttpDestination")
          .reach(method("send", P + "HttpExchange"));

  private static final Owner CLIENTS = HANDLES.in(P + "HttpClient");
  static final Method RESOLVE = CLIENTS.reach(method("resolveDestination", P + "Origin"));
  static final Method REMOVE_DESTINATION = CLIENTS.reach(method("removeDestination", 1));
  static final Method NEW_CONNECTION = CLIENTS.reach(method("newConnection", 2));
  static final Method FIND_HANDLER = CLIENTS.reach(method("findProtocolHandler", 2));
  static final Method HANDLER_LISTENER =
      HANDLES.in(P + "ProtocolHandler").reach(method("getResponseListener", 0));

  private static final Owner ORIGINS = HANDLES.in(P + "Origin");
  private static final String ADDRESS = P + "Origin$Address";
  static final Method NEW_ORIGIN_9 =
      ORIGINS.reach(method("<init>", "java.lang.String", ADDRESS, "java.lang.Object"));
  static final Method NEW_ORIGIN_10 =
      ORIGINS.reach(
          method("<init>", "java.lang.String", ADDRESS, "java.lang.Object", P + "Origin$Protocol")
              .whereItExists());

  /** Since 10. */
  static final Method PROTOCOL = ORIGINS.reach(method("getProtocol", 0).whereItExists());

  private static final Owner ORIGIN_PROTOCOL = HANDLES.inVersionsWith(P + "Origin$Protocol");
  static final Method NEW_PROTOCOL =
      ORIGIN_PROTOCOL.reach(method("<init>", "java.util.List", "boolean"));
  static final Method PROTOCOLS = ORIGIN_PROTOCOL.reach(method("getProtocols", 0));
  static final Method NEGOTIATES = ORIGIN_PROTOCOL.reach(method("isNegotiate", 0));

  /** Since 12.0.7. */
  static final Method TRANSPORT = ORIGINS.reach(method("getTransport", 0).whereItExists());

  static final Method RESOLVES =
      HANDLES
          .inVersionsWith("org.eclipse.jetty.io.Transport")
          .reach(method("requiresDomainNameResolution", 0));

  /** Of a connection, in its part that all protocols share. */
  static final Method DESTINATION_OF =
      either("HttpConnection").reach(method("getHttpDestination", 0));

  // A connection of HTTP/2, of a module that an application need not have.
  static final Method SESSION =
      HANDLES
          .inOneOf(
              "org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2",
              "org.eclipse.jetty.http2.client.http.HttpConnectionOverHTTP2")
          .reach(method("getSession", 0));
  static final Method END_POINT =
      HANDLES
          .inVersionsWith("org.eclipse.jetty.http2.HTTP2Session")
          .reach(method("getEndPoint", 0));

  static final Method NEW_SEND_FAILURE =
      HANDLES.inOneOf(T + "SendFailure", P + "SendFailure").reach(method("<init>", 2));

  // TLS.
  private static final Owner SSL = HANDLES.in("org.eclipse.jetty.io.ssl.SslConnection");

  /** Since 12. */
  static final Method SSL_END_POINT = SSL.reach(method("getSslEndPoint", 0).whereItExists());

  /** Before 12. */
  static final Method DECRYPTED = SSL.reach(method("getDecryptedEndPoint", 0).whereItExists());

  static final Method EXCHANGE_OF = either("HttpReceiver").reach(method("getHttpExchange", 0));

  // Who is told, before 12.
  private static final Owner NOTIFIER =
      HANDLES.inLineWith(P + "HttpExchange", P + "ResponseNotifier");
  static final Method NOTIFIER_OF =
      HANDLES
          .inLineWith(P + "HttpExchange", P + "HttpDestination")
          .reach(method("getResponseNotifier", 0));
  static final Method BEGIN = NOTIFIER.reach(method("notifyBegin", LIST, RESPONSE_9));
  static final Method HEADER =
      NOTIFIER.reach(method("notifyHeader", LIST, RESPONSE_9, "org.eclipse.jetty.http.HttpField"));
  static final Method FAIL =
      NOTIFIER.reach(method("notifyFailure", LIST, RESPONSE_9, "java.lang.Throwable"));
  static final Method COMPLETE = NOTIFIER.reach(method("notifyComplete", LIST, P + "api.Result"));
  static final Method FORWARD = NOTIFIER.reach(method("forwardSuccessComplete", 3));
  static final Method NEW_CONTENT_RESPONSE =
      HANDLES.inLineWith(P + "HttpExchange", P + "HttpContentResponse").reach(method("<init>", 4));

  // Bodies before 12.
  static final Method REPRODUCIBLE_9 =
      HANDLES
          .inVersionsWith(P + "api.ContentProvider")
          .reach(method("isReproducible", 0).whereItExists());
  static final Method LENGTH_9 =
      HANDLES
          .inVersionsWith(P + "api.ContentProvider")
          .reach(method("getLength", 0).whereItExists());
  static final Method REPRODUCIBLE_10 =
      HANDLES
          .inVersionsWith(P + "api.Request$Content")
          .reach(method("isReproducible", 0).whereItExists());
  static final Method LENGTH_10 =
      HANDLES
          .inVersionsWith(P + "api.Request$Content")
          .reach(method("getLength", 0).whereItExists());

  /** From pieces, of which there is one. */
  static final Method NEW_BYTES =
      HANDLES
          .inOneOf(P + "util.BytesRequestContent", P + "util.BytesContentProvider")
          .reach(method("<init>", "[[B").whereItExists());

  private Members() {}

  private static Owner either(String name) {
    return HANDLES.inOneOf(T + name, P + name);
  }
}
