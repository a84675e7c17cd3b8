// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import io.vertx.core.net.impl.SocketAddressImpl;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The endpoint of an attempt as an address of the library, which connects to it and keeps its
 * connections by it: no connection of an endpoint serves another, nor a plan another. The name in
 * it is the logical one, as in {@link Endpoint#address}. Immutable.
 */
final class Target extends SocketAddressImpl {
  private final Endpoint endpoint;
  private final Optional<TlsPlan> plan;
  private final boolean http2;
  private final long connectNanos;

  /**
   * @param endpoint whose address is resolved
   * @param http2 whether the application asks for HTTP/2
   * @param connectNanos as {@link io.inboard.call.Attempt#connectTimeoutNanos}
   */
  Target(Endpoint endpoint, boolean http2, long connectNanos) {
    super(endpoint.address());
    this.endpoint = endpoint;
    this.plan = endpoint.tls();
    this.http2 = http2;
    this.connectNanos = connectNanos;
  }

  Optional<TlsPlan> plan() {
    return plan;
  }

  long connectNanos() {
    return connectNanos;
  }

  /** What is connected to. */
  InetSocketAddress address() {
    return new Address(endpoint.address());
  }

  /** Of TLS by our plan: HTTP/2 where both want it. */
  SSLEngine engine() {
    return plan.orElseThrow()
        .engine(endpoint.address(), http2 ? List.of("h2", "http/1.1") : List.of("http/1.1"));
  }

  /** Why it is not connected to, after an error of ours. */
  SSLException refusal(Throwable mistake) {
    return Refusals.unsecured(VertxClientHooks.NAME, endpoint, mistake);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Target that
        && endpoint.poolKey() == that.endpoint.poolKey()
        && http2 == that.http2
        && super.equals(other);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(endpoint.poolKey());
  }

  private static final class Address extends InetSocketAddress implements Directed {
    private static final long serialVersionUID = 1L;

    Address(InetSocketAddress endpoint) {
      super(endpoint.getAddress(), endpoint.getPort());
    }
  }
}
