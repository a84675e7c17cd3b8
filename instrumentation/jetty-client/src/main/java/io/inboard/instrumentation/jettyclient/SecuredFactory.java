// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.TlsPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Promise;

/**
 * Makes connections to an endpoint under our TLS, below what Jetty makes of a plaintext one:
 * HTTP/1.1, or HTTP/2 as the application has chosen it for a URL that says http.
 */
final class SecuredFactory implements ClientConnectionFactory {
  /** Jetty's names of what it keeps in a context: in 12.1, since 10, and in 9.4. */
  private static final List<String> DESTINATION =
      List.of(
          "org.eclipse.jetty.client.Destination",
          "org.eclipse.jetty.client.destination",
          "http.destination");

  private static final List<String> PROMISE =
      List.of(
          "org.eclipse.jetty.client.Connection.promise",
          "org.eclipse.jetty.client.connection.promise",
          "http.connection.promise");

  private final TlsPlan plan;
  private final InetSocketAddress endpoint;
  private final ClientConnectionFactory own;

  SecuredFactory(TlsPlan plan, InetSocketAddress endpoint, ClientConnectionFactory own) {
    this.plan = plan;
    this.endpoint = endpoint;
    this.own = own;
  }

  @Override
  public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
      throws IOException {
    Object destination = context.get(name(DESTINATION, context));
    String protocol = Jetty.speaksHttp2(destination) ? "h2" : "http/1.1";
    SSLEngine engine = plan.engine(endpoint, List.of(protocol));
    SecuredConnection secured =
        SecuredConnection.of(Jetty.client(destination), endPoint, engine, plan, protocol);
    remember(secured, context);
    EndPoint decrypted = secured.decrypted();
    decrypted.setConnection(own.newConnection(decrypted, context));
    return secured;
  }

  private static String name(List<String> names, Map<String, Object> context) {
    return names.stream().filter(context::containsKey).findFirst().orElseThrow();
  }

  /** The connection that a request is given knows ours below it. */
  @SuppressWarnings("unchecked")
  private static void remember(SecuredConnection secured, Map<String, Object> context) {
    String name = name(PROMISE, context);
    Promise<Object> waiting = (Promise<Object>) context.get(name);
    context.put(
        name,
        new Promise<Object>() {
          @Override
          public void succeeded(Object connection) {
            SecuredConnection.below(connection, secured);
            waiting.succeeded(connection);
          }

          @Override
          public void failed(Throwable error) {
            // Of HTTP/2 Jetty waits for the server's first frame, and tells of the end alone.
            waiting.failed(secured.failure() == null ? error : secured.failure());
          }
        });
  }
}
