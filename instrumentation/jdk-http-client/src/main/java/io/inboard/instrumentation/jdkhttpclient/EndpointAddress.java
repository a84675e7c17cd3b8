// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The address of an endpoint that says whose it is. The JDK passes it from the request to the
 * connection and keeps it there, so the connection's hooks need no other way to know the endpoint.
 */
final class EndpointAddress extends InetSocketAddress {
  private static final long serialVersionUID = 1L;

  private final transient Endpoint endpoint;

  private EndpointAddress(InetAddress address, int port, Endpoint endpoint) {
    super(address, port);
    this.endpoint = endpoint;
  }

  /**
   * For a name that does not resolve: asked for again here, so that connecting fails as it always
   * does.
   */
  private EndpointAddress(String host, int port, Endpoint endpoint) {
    super(host, port);
    this.endpoint = endpoint;
  }

  static EndpointAddress of(Endpoint endpoint) {
    InetSocketAddress address = endpoint.address();
    return address.isUnresolved()
        ? new EndpointAddress(address.getHostString(), address.getPort(), endpoint)
        : new EndpointAddress(address.getAddress(), address.getPort(), endpoint);
  }

  /** How to secure a connection to an address; empty if it is none of ours or goes in plaintext. */
  static Optional<TlsPlan> tlsOf(InetSocketAddress address) {
    return address instanceof EndpointAddress ours ? ours.endpoint.tls() : Optional.empty();
  }

  /** The pool key of an address; null if it is none of ours. */
  static Object poolKeyOf(InetSocketAddress address) {
    return address instanceof EndpointAddress ours ? ours.endpoint.poolKey() : null;
  }

  /** The pool of HTTP/2 knows host and port only. */
  static String appendPoolKey(String key, InetSocketAddress address) {
    Object poolKey = poolKeyOf(address);
    return poolKey == null ? key : key + "@" + poolKey;
  }
}
