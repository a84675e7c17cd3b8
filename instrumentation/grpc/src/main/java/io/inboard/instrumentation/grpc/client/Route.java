// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a channel leads, as the application has said it.
 *
 * @param host the logical name
 * @param plain whether it has no TLS of the application's own
 * @param own whether the application finds addresses in a way of its own
 */
record Route(String host, int port, boolean plain, boolean own) {
  private static final String DNS = "dns:";
  private static final int PLAIN_PORT = 80;

  /** A target is {@code host:port}, {@code dns:///host:port}, or of a scheme of somebody's own. */
  static Route of(String target, int defaultPort) {
    boolean plain = defaultPort == PLAIN_PORT;
    String name = target;
    if (target.regionMatches(true, 0, DNS, 0, DNS.length())) {
      name = target.substring(DNS.length());
      if (name.startsWith("//")) {
        int path = name.indexOf('/', 2);
        name = path < 0 ? "" : name.substring(path);
      }
      name = name.startsWith("/") ? name.substring(1) : name;
    }
    try {
      URI uri = new URI("x://" + name);
      if (uri.getHost() != null && uri.getPath().isEmpty()) {
        return new Route(
            bare(uri.getHost()), uri.getPort() < 0 ? defaultPort : uri.getPort(), plain, false);
      }
    } catch (URISyntaxException ofItsOwn) {
      // Not a host and a port.
    }
    return new Route(lastName(target), defaultPort, plain, true);
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** What comes after a scheme: {@code xds:///orders:80} is about orders. */
  private static String lastName(String target) {
    String name = target.substring(target.lastIndexOf('/') + 1);
    int colon = name.lastIndexOf(':');
    return colon > 0 && name.substring(colon + 1).chars().allMatch(Character::isDigit)
        ? name.substring(0, colon)
        : name;
  }

  /** Null for what is no address of a network. */
  static Route of(SocketAddress direct, int defaultPort) {
    return direct instanceof InetSocketAddress inet
        ? new Route(inet.getHostString(), inet.getPort(), defaultPort == PLAIN_PORT, false)
        : null;
  }
}
