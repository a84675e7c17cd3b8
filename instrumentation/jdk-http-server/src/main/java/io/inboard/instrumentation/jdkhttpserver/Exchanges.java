// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.inboard.call.InboundCall;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.ResponseHeaders;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;

/**
 * The requests under way, by the server's own object, and the way there from the public exchange.
 * The classes are package-private: reached by handles, made once.
 */
final class Exchanges {
  private static final Class<?> PLAIN = type("HttpExchangeImpl");
  private static final Class<?> SECURED = type("HttpsExchangeImpl");
  private static final Class<?> OWN = type("ExchangeImpl");
  private static final Class<?> CONNECTION = type("HttpConnection");
  private static final VarHandle OF_PLAIN = field(PLAIN, "impl", OWN);
  private static final VarHandle OF_SECURED = field(SECURED, "impl", OWN);
  private static final VarHandle HEADERS = field(OWN, "reqHdrs", Headers.class);
  private static final VarHandle STATUS = field(OWN, "rcode", int.class);
  private static final VarHandle OF_EXCHANGE = field(OWN, "connection", CONNECTION);
  private static final VarHandle CHANNEL = field(CONNECTION, "chan", SocketChannel.class);
  private static final Class<?> SERVER = type("ServerImpl");
  private static final VarHandle EXECUTOR = field(SERVER, "executor", Executor.class);
  private static final MethodHandle UNMODIFIABLE = unmodifiable();

  private static final WeakIdentityMap<Object, InboundCall> OPEN = new WeakIdentityMap<>();

  /** The last request of each connection. An exchange refers to its connection, hence weak. */
  private static final WeakIdentityMap<Object, WeakReference<Object>> LAST =
      new WeakIdentityMap<>();

  private Exchanges() {}

  /** Whether it is the server's own, not an application's. */
  static boolean isServers(HttpExchange exchange) {
    return PLAIN.isInstance(exchange) || SECURED.isInstance(exchange);
  }

  static SocketChannel channel(HttpExchange exchange) {
    return channelOf(OF_EXCHANGE.get(own(exchange)));
  }

  /** The channel of the server's own connection; null until it has one. */
  static SocketChannel channelOf(Object connection) {
    return (SocketChannel) CHANNEL.get(connection);
  }

  /**
   * What runs a server's requests.
   *
   * @param server the server's own object
   */
  static Executor executorOf(Object server) {
    return (Executor) EXECUTOR.get(server);
  }

  /**
   * Puts other headers in the place of those that the application would read; they cannot be
   * modified either.
   */
  static void headers(HttpExchange exchange, Headers headers) {
    try {
      HEADERS.set(own(exchange), (Headers) UNMODIFIABLE.invokeExact(headers));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static void begin(HttpExchange exchange, InboundCall call) {
    Object own = own(exchange);
    OPEN.put(own, call);
    LAST.put(OF_EXCHANGE.get(own), new WeakReference<>(own));
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
      call.end(Math.max(0, (int) STATUS.get(own)), error);
    }
  }

  private static Object own(HttpExchange exchange) {
    return exchange instanceof HttpsExchange ? OF_SECURED.get(exchange) : OF_PLAIN.get(exchange);
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(
          "sun.net.httpserver." + name, false, HttpExchange.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LinkageError("the unit's witnesses were checked before", e);
    }
  }

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return lookup(owner).findVarHandle(owner, name, type).withInvokeBehavior();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the unit's witnesses were checked before", e);
    }
  }

  private static MethodHandle unmodifiable() {
    Class<?> type = type("UnmodifiableHeaders");
    try {
      return lookup(type)
          .findConstructor(type, MethodType.methodType(void.class, Headers.class))
          .asType(MethodType.methodType(Headers.class, Headers.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the unit's witnesses were checked before", e);
    }
  }

  private static Lookup lookup(Class<?> owner) throws IllegalAccessException {
    return MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
  }
}
