// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.client.AnswerHead;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.Promise;

/** What is done with {@link Members}, in the types that all versions have. */
final class Jetty {
  /** Whether this is 12, which has moved most classes and knows listeners as one object. */
  static final boolean IS_12 = Members.SEND_12.isThere();

  /** Of a conversation: its hop, the current one or the last. */
  private static final String KEY = "io.inboard.hop";

  /** Whether origins say what is spoken; since 10. */
  static final boolean HAS_PROTOCOLS = Members.PROTOCOL.isThere();

  private static final boolean HAS_TRANSPORTS = Members.TRANSPORT.isThere();

  /** Nobody asks whether an exchange was still there to be aborted. */
  private static final Promise<Boolean> UNHEARD =
      new Promise<>() {
        @Override
        public void succeeded(Boolean aborted) {}

        @Override
        public void failed(Throwable error) {}
      };

  private Jetty() {}

  // Conversations.

  static Hop hop(Object conversation) {
    return (Hop) ((Attributes) conversation).getAttribute(KEY);
  }

  static void hop(Object conversation, Hop hop) {
    Members.SET_ATTRIBUTE.call(conversation, KEY, hop);
  }

  static void noHop(Object conversation) {
    Members.REMOVE_ATTRIBUTE.call(conversation, KEY);
  }

  @SuppressWarnings("unchecked")
  static Deque<Object> exchanges(Object conversation) {
    return (Deque<Object>) Members.EXCHANGES.call(conversation);
  }

  /** Who is told of the last exchange. */
  static Object told(Object conversation) {
    return Members.TOLD.call(conversation);
  }

  static void tell(Object conversation, Object listeners) {
    Members.LISTENERS.set(conversation, listeners);
  }

  /**
   * Lets Jetty decide who is told.
   *
   * @param handler a listener that stands before the application's; null: none
   */
  static void decideWhoIsTold(Object conversation, Object handler) {
    Members.UPDATE.call(conversation, handler);
  }

  // Exchanges.

  /** Makes one, the last of its conversation. */
  static Object exchange(Object destination, Object request, Object listeners) {
    return Members.NEW_EXCHANGE.call(destination, request, listeners);
  }

  static Object request(Object exchange) {
    return Members.REQUEST_OF.call(exchange);
  }

  static Object response(Object exchange) {
    return Members.RESPONSE_OF.call(exchange);
  }

  static Object conversation(Object exchange) {
    return Members.CONVERSATION_OF.call(exchange);
  }

  static Object listeners(Object exchange) {
    return Members.LISTENERS_OF.call(exchange);
  }

  /** Whether all of the request was sent. */
  static boolean isRequestSent(Object exchange) {
    return !((Enum<?>) Members.REQUEST_STATE.get(exchange)).name().equals("PENDING")
        && Members.REQUEST_FAILURE.call(exchange) == null;
  }

  static void send(Object destination, Object exchange) {
    if (IS_12) {
      Members.SEND_12.call(destination, exchange);
    } else {
      Members.SEND_9.call(destination, exchange);
    }
  }

  static void abort(Object exchange, Throwable cause) {
    if (IS_12) {
      Members.ABORT_12.call(exchange, cause, UNHEARD);
    } else {
      Members.ABORT_9.call(exchange, cause);
    }
  }

  // Requests.

  static Object conversationOf(Object request) {
    return Members.CONVERSATION_OF_REQUEST.call(request);
  }

  static String method(Object request) {
    return (String) Members.METHOD.call(request);
  }

  /** A WebSocket opens with a request of HTTP. */
  static String scheme(Object request) {
    String scheme = ((String) Members.SCHEME.call(request)).toLowerCase(Locale.ROOT);
    return scheme.equals("wss") ? "https" : scheme.equals("ws") ? "http" : scheme;
  }

  static String host(Object request) {
    return (String) Members.HOST.call(request);
  }

  static int port(Object request) {
    return HttpClient.normalizePort(scheme(request), (int) Members.PORT.call(request));
  }

  /** Null where an application has made a target that is none. */
  static URI uri(Object request) {
    return (URI) Members.URL.call(request);
  }

  /** In milliseconds; 0: none. */
  static long timeout(Object request) {
    return (long) Members.TIMEOUT.call(request);
  }

  static Throwable abortCause(Object request) {
    return (Throwable) Members.ABORT_CAUSE.call(request);
  }

  static void abortRequest(Object request, Throwable cause) {
    Members.ABORT_REQUEST.call(request, cause);
  }

  /** The application's bound of the whole request counts from now on, if it does not yet. */
  static void begun(Object request) {
    if (IS_12) {
      Members.SENT.call(request);
    }
  }

  static boolean isHttp1(Object request) {
    HttpVersion version = (HttpVersion) Members.VERSION.call(request);
    return version.getVersion() <= HttpVersion.HTTP_1_1.getVersion();
  }

  /** Fields that can be changed. */
  @SuppressWarnings("unchecked")
  static Iterable<HttpField> headers(Object request) {
    return (Iterable<HttpField>) Members.HEADERS.get(request);
  }

  static Object content(Object request) {
    return Members.CONTENT.get(request);
  }

  static void content(Object request, Object content) {
    Members.CONTENT.set(request, content);
  }

  // Responses.

  static int status(Object response) {
    return (int) Members.STATUS.call(response);
  }

  /** As spans have it: {@code 1.1}, {@code 2}. */
  static String version(Object response) {
    HttpVersion version = (HttpVersion) Members.RESPONSE_VERSION.call(response);
    String number = version.asString().substring("HTTP/".length());
    return number.endsWith(".0") && !number.startsWith("1") ? number.substring(0, 1) : number;
  }

  @SuppressWarnings("unchecked")
  static Iterable<HttpField> responseHeaders(Object response) {
    return (Iterable<HttpField>) Members.RESPONSE_HEADERS.get(response);
  }

  /** Interim ones are not told to the mesh; 101 is the last of its request. */
  static boolean isInterim(Object response) {
    int status = status(response);
    return status >= 100 && status < 200 && status != 101;
  }

  /** Gives a response a head that no server has sent. */
  static void answer(Object response, AnswerHead head) {
    Members.SET_VERSION.call(response, HttpVersion.HTTP_1_1);
    Members.SET_STATUS.call(response, head.status());
    Members.SET_REASON.call(response, head.reason());
    Iterable<HttpField> fields = responseHeaders(response);
    head.headers().forEach((name, value) -> Headers.add(fields, new HttpField(name, value)));
  }

  static Object result(Object request, Throwable failure, Object response) {
    return Members.NEW_RESULT.call(request, failure, response, failure);
  }

  static Object responseOf(Object result) {
    return Members.RESPONSE_OF_RESULT.call(result);
  }

  /** Null: it has succeeded. */
  static Throwable failure(Object result) {
    return (Throwable) Members.FAILURE.call(result);
  }

  // Connections and destinations.

  /** Where a connection of HTTP/1.1 or of HTTP/2 leads; null where Jetty does not show it. */
  static SocketAddress remote(Object connection) {
    EndPoint below =
        connection instanceof Connection http1
            ? http1.getEndPoint()
            : connection.getClass().getSimpleName().equals("HttpConnectionOverHTTP2")
                ? (EndPoint) Members.END_POINT.call(Members.SESSION.call(connection))
                : null;
    if (below == null) {
      return null;
    }
    return IS_12 ? below.getRemoteSocketAddress() : below.getRemoteAddress();
  }

  static HttpClient client(Object destination) {
    return (HttpClient) Members.CLIENT.call(destination);
  }

  static Origin origin(Object destination) {
    return (Origin) Members.ORIGIN.call(destination);
  }

  @SuppressWarnings("unchecked")
  static Queue<Object> queue(Object destination) {
    return (Queue<Object>) Members.QUEUE.call(destination);
  }

  /** Whether something stands between, or what is below is no TCP: a Unix-domain socket for one. */
  static boolean isProxied(Object destination) {
    return Members.PROXY.call(destination) != null
        || (HAS_TRANSPORTS
            && !(boolean) Members.RESOLVES.call(Members.TRANSPORT.call(origin(destination))));
  }

  /**
   * The same origin elsewhere.
   *
   * @param protocol what is spoken there, in Jetty's words; null: what is spoken here
   */
  static Origin origin(Origin like, Origin.Address address, Object tag, Object protocol) {
    String scheme = like.getScheme();
    if (!HAS_PROTOCOLS) {
      return (Origin) Members.NEW_ORIGIN_9.call(scheme, address, tag);
    }
    Object spoken = protocol == null ? Members.PROTOCOL.call(like) : protocol;
    return (Origin) Members.NEW_ORIGIN_10.call(scheme, address, tag, spoken);
  }

  /** Among what ALPN chooses for a destination's connections; empty: it is known what is spoken. */
  @SuppressWarnings("unchecked")
  static List<String> choice(Object destination) {
    Object protocol = HAS_PROTOCOLS ? Members.PROTOCOL.call(origin(destination)) : null;
    return protocol != null && (boolean) Members.NEGOTIATES.call(protocol)
        ? (List<String>) Members.PROTOCOLS.call(protocol)
        : List.of();
  }

  /** Whether HTTP/2 is spoken there, if that is said; a transport of 9.4 is asked by its name. */
  static boolean speaksHttp2(Object destination) {
    if (!HAS_PROTOCOLS) {
      return client(destination).getTransport().getClass().getName().contains("HTTP2");
    }
    Object protocol = Members.PROTOCOL.call(origin(destination));
    return protocol != null
        && !((Iterable<?>) Members.PROTOCOLS.call(protocol)).iterator().next().equals("http/1.1");
  }
}
