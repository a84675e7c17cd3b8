// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.inboard.call.InboundCall;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.ResponseHeaders;
import java.lang.ref.WeakReference;
import java.nio.channels.SocketChannel;

/**
 * The requests under way, by the server's own object, and the way there from the public exchange.
 * The classes are package-private: {@link JdkMembers} reaches them.
 */
final class Exchanges {
  private static final WeakIdentityMap<Object, InboundCall> OPEN = new WeakIdentityMap<>();

  /** The last request of each connection. An exchange refers to its connection, hence weak. */
  private static final WeakIdentityMap<Object, WeakReference<Object>> LAST =
      new WeakIdentityMap<>();

  private Exchanges() {}

  /** Whether it is the server's own, not an application's. */
  static boolean isServers(HttpExchange exchange) {
    return JdkMembers.PLAIN.isInstance(exchange) || JdkMembers.SECURED.isInstance(exchange);
  }

  static SocketChannel channel(HttpExchange exchange) {
    return channelOf(JdkMembers.OF_EXCHANGE.get(own(exchange)));
  }

  /** The channel of the server's own connection; null until it has one. */
  static SocketChannel channelOf(Object connection) {
    return (SocketChannel) JdkMembers.CHANNEL.get(connection);
  }

  /**
   * Puts other headers in the place of those that the application would read; they cannot be
   * modified either.
   */
  static void headers(HttpExchange exchange, Headers headers) {
    JdkMembers.HEADERS.set(own(exchange), JdkMembers.UNMODIFIABLE.call(headers));
  }

  static void begin(HttpExchange exchange, InboundCall call) {
    Object own = own(exchange);
    OPEN.put(own, call);
    LAST.put(JdkMembers.OF_EXCHANGE.get(own), new WeakReference<>(own));
  }

  /**
   * The head of a response goes out.
   *
   * @param own the server's own object
   */
  static void respond(Object own, int status, Headers headers) {
    InboundCall call = OPEN.get(own);
    if (call != null) {
      call.respond(status, new ResponseHeaders(headers::containsKey, headers::set));
    }
  }

  static void failed(HttpExchange exchange, Throwable error) {
    end(own(exchange), error);
  }

  /** The request of a connection that is closed has ended, if it has not before. */
  static void disconnected(Object connection) {
    WeakReference<Object> last = LAST.remove(connection);
    Object own = last == null ? null : last.get();
    if (own != null) {
      end(own, null);
    }
  }

  /**
   * @param own the server's own object; ends what was begun, and nothing the second time
   */
  static void end(Object own, Throwable error) {
    InboundCall call = OPEN.remove(own);
    if (call != null) {
      // Minus one until a status was sent.
      call.end(Math.max(0, (int) JdkMembers.STATUS.get(own)), error);
    }
  }

  private static Object own(HttpExchange exchange) {
    return exchange instanceof HttpsExchange
        ? JdkMembers.OF_SECURED.get(exchange)
        : JdkMembers.OF_PLAIN.get(exchange);
  }
}
