// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An endpoint as the mesh gives it: an address under the logical name, and a pool key that is this
 * very object's.
 */
public record TestEndpoint(InetSocketAddress address, Object poolKey, Optional<TlsPlan> tls)
    implements Endpoint {

  /** Plaintext. */
  public static TestEndpoint plain(String logicalHost, InetSocketAddress target) {
    return new TestEndpoint(
        named(logicalHost, target), new PoolKey("plain " + target), Optional.empty());
  }

  /** Mutual TLS with a peer of this SPIFFE id; every call of this method is a new generation. */
  public static TestEndpoint secured(
      String logicalHost, InetSocketAddress target, TestIdentity own, String expected) {
    return new TestEndpoint(
        named(logicalHost, target),
        new PoolKey("secured " + target),
        Optional.of(new TestTlsPlan(own, logicalHost, target.getPort(), expected)));
  }

  private static InetSocketAddress named(String logicalHost, InetSocketAddress target) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(logicalHost, target.getAddress().getAddress()),
          target.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Compared by identity. */
  private static final class PoolKey {
    private final String name;

    PoolKey(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name + "#" + System.identityHashCode(this);
    }
  }
}
