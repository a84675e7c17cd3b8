// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The endpoint of an attempt as an address of the library, which connects to it and keeps its
 * connections by it. The name in it is the logical one, as in {@link Endpoint#address}. Immutable.
 */
final class Target extends InetSocketAddress implements Directed {
  private static final long serialVersionUID = 1L;

  private final transient Endpoint endpoint;
  private final transient SocketAddress asked;
  private final transient Optional<TlsPlan> plan;

  /**
   * @param endpoint whose address is resolved
   * @param asked what the application has asked for
   */
  Target(Endpoint endpoint, SocketAddress asked) {
    super(endpoint.address().getAddress(), endpoint.address().getPort());
    this.endpoint = endpoint;
    this.asked = asked;
    this.plan = endpoint.tls();
  }

  Optional<TlsPlan> plan() {
    return plan;
  }

  /** The same by identity for connections that may serve each other's requests. */
  Object key() {
    return endpoint.poolKey();
  }

  /** Why it is not connected to, after an error of ours. */
  SSLException refusal(Throwable mistake) {
    return Refusals.unsecured(ReactorNettyClientHooks.NAME, endpoint, mistake);
  }

  /** The endpoint's own address. */
  InetSocketAddress plain() {
    return endpoint.address();
  }

  /** What the application has asked for; null if an address is none of ours. */
  static SocketAddress asked(SocketAddress address) {
    return address instanceof Target target ? target.asked : null;
  }

  /**
   * Whether the pools of two addresses that are equal are one. No connection of an endpoint serves
   * another, nor a plan another, nor what goes past the mesh.
   *
   * @param other a PoolKey
   */
  static boolean isSame(SocketAddress mine, Object other) {
    Object theirs = Members.POOL_ADDRESS.get(other);
    Object mineKey = mine instanceof Target target ? target.key() : null;
    Object theirKey = theirs instanceof Target target ? target.key() : null;
    return mineKey == theirKey;
  }
}
