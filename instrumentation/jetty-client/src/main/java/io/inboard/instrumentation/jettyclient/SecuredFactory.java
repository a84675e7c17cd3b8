// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.TlsPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Promise;

/**
 * Makes connections to an endpoint under our TLS, below what Jetty makes of a plaintext one:
 * HTTP/1.1, or HTTP/2 as the application has chosen it for a URL that says http; of a transport
 * that speaks both, what ALPN chooses.
 */
final class SecuredFactory implements ClientConnectionFactory {
  /** Jetty's names of who waits for the connection: in 12.1, since 10, and in 9.4. */
  private static final List<String> PROMISE =
      List.of(
          "org.eclipse.jetty.client.Connection.promise",
          "org.eclipse.jetty.client.connection.promise",
          "http.connection.promise");

  private static final List<String> HTTP_1_1 = List.of("http/1.1");
  private static final List<String> HTTP_2 = List.of("h2");

  private final TlsPlan plan;
  private final InetSocketAddress endpoint;
  private final ClientConnectionFactory own;

  /** How long a connection may take, in nanoseconds. */
  private final LongSupplier bound;

  SecuredFactory(
      TlsPlan plan, InetSocketAddress endpoint, ClientConnectionFactory own, LongSupplier bound) {
    this.plan = plan;
    this.endpoint = endpoint;
    this.own = own;
    this.bound = bound;
  }

  @Override
  public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
      throws IOException {
    Object destination = context.get(name(Members.DESTINATION_KEYS, context));
    HttpClient client = Jetty.client(destination);
    List<String> choice = Jetty.choice(destination);
    List<String> protocols =
        !choice.isEmpty() ? choice : Jetty.speaksHttp2(destination) ? HTTP_2 : HTTP_1_1;
    SSLEngine engine = plan.engine(endpoint, protocols);
    SecuredConnection secured =
        SecuredConnection.of(
            client.getByteBufferPool(), client.getExecutor(), endPoint, engine, plan, protocols);
    Awaited awaited = await(secured, context);
    long nanos = bound.getAsLong();
    // One of HTTP/1.1 is given out before the handshake, and bounded with its request.
    if (!protocols.equals(HTTP_1_1) && nanos < TimeUnit.DAYS.toNanos(1)) {
      awaited.bound(nanos, client.getExecutor());
    }
    EndPoint decrypted = secured.decrypted();
    decrypted.setConnection(
        choice.isEmpty()
            ? own.newConnection(decrypted, context)
            : Negotiating.above(secured, client, engine, awaited, context));
    return secured;
  }

  private static String name(List<String> names, Map<String, Object> context) {
    return names.stream().filter(context::containsKey).findFirst().orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static Awaited await(SecuredConnection secured, Map<String, Object> context) {
    String name = name(PROMISE, context);
    Awaited awaited = new Awaited(secured, (Promise<Object>) context.get(name));
    context.put(name, awaited);
    return awaited;
  }
}
