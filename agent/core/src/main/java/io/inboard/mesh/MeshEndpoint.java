// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An endpoint as attempts see it; one object for as long as its address and its TLS generation
 * stay, so that it is its own pool key.
 */
final class MeshEndpoint implements Endpoint {
  private static final AtomicLong SERIAL = new AtomicLong();

  private final String host;
  private final InetSocketAddress address;
  private final Optional<TlsPlan> tls;
  private final String name;
  private final Optional<Endpoint> itself = Optional.of(this);

  /**
   * @param host the logical one of the calls that it serves
   */
  MeshEndpoint(String host, InetSocketAddress address, Optional<TlsPlan> tls) {
    this.host = host;
    this.address = address;
    this.tls = tls;
    this.name = "inboard:" + address + "#" + SERIAL.incrementAndGet();
  }

  /** Made once, not for every call. */
  Optional<Endpoint> itself() {
    return itself;
  }

  /** Whether it is what an attempt of such a call needs, if the address is the same. */
  boolean serves(String wantedHost, Optional<TlsPlan> plan) {
    return host.equals(wantedHost) && tls.orElse(null) == plan.orElse(null);
  }

  /** Whether an attempt that connects so may use its pooled connections. */
  boolean serves(InetSocketAddress wanted, Optional<TlsPlan> plan) {
    return tls.orElse(null) == plan.orElse(null) && same(address, wanted);
  }

  /** {@code equals} of socket addresses leaves out the name that a resolved one carries. */
  private static boolean same(InetSocketAddress a, InetSocketAddress b) {
    return a.equals(b) && a.getHostString().equals(b.getHostString());
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public Object poolKey() {
    return this;
  }

  @Override
  public Optional<TlsPlan> tls() {
    return tls;
  }

  @Override
  public String toString() {
    return name;
  }
}
