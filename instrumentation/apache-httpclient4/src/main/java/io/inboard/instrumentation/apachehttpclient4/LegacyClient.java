// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.client.Refusals;
import java.net.ConnectException;
import java.util.Optional;
import org.apache.http.HttpHost;
import org.apache.http.conn.routing.HttpRoute;

/**
 * A client of the style of 4.2, which no hook directs: {@code DefaultHttpClient}. Where it connects
 * to a destination it is seen as whatever opens a socket is; through a proxy, here alone. TLS of
 * the application's own is that. Any thread; knows no class that 4.2 has not.
 */
final class LegacyClient {
  private LegacyClient() {}

  /** Why nothing may be sent by this route; null: it may. */
  static ConnectException refusal(Class<?> director, HttpRoute route) {
    HttpHost target = route.getTargetHost();
    return isOwnWay(route)
        ? null
        : orNull(Refusals.tunnel(director, host(target.getHostName()), port(target)));
  }

  /** The same after an error of ours. */
  static ConnectException refusalAfter(Throwable mistake, HttpRoute route) {
    HttpHost target = route.getTargetHost();
    return isOwnWay(route)
        ? null
        : orNull(Refusals.tunnelAfter(mistake, host(target.getHostName()), port(target)));
  }

  private static ConnectException orNull(Optional<ConnectException> refusal) {
    return refusal.orElse(null);
  }

  private static boolean isOwnWay(HttpRoute route) {
    return route.getProxyHost() == null
        || !route.getTargetHost().getSchemeName().equalsIgnoreCase("http");
  }

  private static String host(String name) {
    return name.indexOf(':') < 0 || name.startsWith("[") ? name : "[" + name + "]";
  }

  private static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : 80;
  }
}
