// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.HTTP2ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;

/** How a line of {@code HTTP2Client} connects to an address of our choice. Any thread. */
interface Dial {
  /**
   * Connects.
   *
   * @param factory what makes the connection
   * @param promise of a session
   */
  void to(InetSocketAddress address, ClientConnectionFactory factory, Promise<Session> promise);

  /** Of 10 to 12.0. */
  @SuppressWarnings("deprecation") // Of 12.0, where it is not what was called.
  static Dial by(HTTP2Client client, Session.Listener listener, Map<String, Object> context) {
    return (address, factory, promise) ->
        client.connect(address, factory, listener, promise, copy(context));
  }

  /** Of 12.0. */
  static Dial by(
      HTTP2Client client,
      Transport transport,
      Session.Listener listener,
      Map<String, Object> context) {
    return (address, factory, promise) ->
        client.connect(transport, address, factory, listener, promise, copy(context));
  }

  /** Of 12.1, which finds the factory in the context. */
  static Dial byContext(
      HTTP2Client client,
      Transport transport,
      Session.Listener listener,
      Map<String, Object> context) {
    return (address, factory, promise) -> {
      Map<String, Object> own = copy(context);
      own.put(ByContext.KEY.orElseThrow(), factory);
      client.connect(transport, null, address, listener, promise, own);
    };
  }

  /** Whether this is 12.1, and the application has put no factory of its own there. */
  static boolean isByContext(Map<String, Object> context) {
    return ByContext.KEY.isPresent()
        && (context == null || !context.containsKey(ByContext.KEY.get()));
  }

  /** Jetty writes into it, and an application may use its own for another session. */
  private static Map<String, Object> copy(Map<String, Object> context) {
    return context == null ? new ConcurrentHashMap<>() : new ConcurrentHashMap<>(context);
  }

  /** What speaks HTTP/2 without TLS. */
  static ClientConnectionFactory plain() {
    return new HTTP2ClientConnectionFactory();
  }

  /** Loaded where it is asked for. */
  final class ByContext {
    /** Of 12.1. */
    static final Optional<String> KEY = key();

    private ByContext() {}

    private static Optional<String> key() {
      try {
        return Optional.of(
            (String) ClientConnectionFactory.class.getField("CONTEXT_KEY").get(null));
      } catch (ReflectiveOperationException e) {
        return Optional.empty();
      }
    }
  }
}
