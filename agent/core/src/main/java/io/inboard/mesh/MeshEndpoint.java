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

  private final InetSocketAddress address;
  private final Optional<TlsPlan> tls;
  private final String name;
  private final Optional<Endpoint> itself = Optional.of(this);

  MeshEndpoint(InetSocketAddress address, Optional<TlsPlan> tls) {
    this.address = address;
    this.tls = tls;
    this.name = "inboard:" + address + "#" + SERIAL.incrementAndGet();
  }

  /** Made once, not for every call. */
  Optional<Endpoint> itself() {
    return itself;
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
