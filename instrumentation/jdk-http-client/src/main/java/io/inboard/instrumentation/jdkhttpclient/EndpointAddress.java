// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
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

  /** Resolves nothing. Empty: the endpoint's name has no address; see {@link #unknownHost}. */
  static Optional<EndpointAddress> of(Endpoint endpoint) {
    InetSocketAddress address = endpoint.address();
    return address.isUnresolved()
        ? Optional.empty()
        : Optional.of(new EndpointAddress(address.getAddress(), address.getPort(), endpoint));
  }

  /**
   * What the JDK throws when it connects to a host without an address. It would look the name up
   * before, on the thread that connects, which may be one that serves many connections.
   */
  static ConnectException unknownHost() {
    ConnectException unknown = new ConnectException();
    unknown.initCause(new UnresolvedAddressException());
    return unknown;
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
