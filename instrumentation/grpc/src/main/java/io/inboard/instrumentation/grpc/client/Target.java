// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Refusals;
import java.lang.ref.WeakReference;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** An endpoint as an address that a transport connects to. Any thread. */
public final class Target extends InetSocketAddress implements Directed {
  private static final long serialVersionUID = 1L;

  /** Weak on both sides: a target knows its address. */
  private static final WeakIdentityMap<InetAddress, WeakReference<Target>> BY_ADDRESS =
      new WeakIdentityMap<>();

  private final transient Endpoint endpoint;
  private final transient Optional<TlsPlan> plan;
  private final transient long connectNanos;

  /** Of the connection to it; null before, and in plaintext. */
  private transient volatile SSLSession session;

  /**
   * @param endpoint whose address is resolved
   * @param connectNanos how long connecting may take; {@link Long#MAX_VALUE}: no bound
   */
  Target(Endpoint endpoint, long connectNanos) {
    super(own(endpoint.address()), endpoint.address().getPort());
    BY_ADDRESS.put(getAddress(), new WeakReference<>(this));
    this.endpoint = endpoint;
    this.plan = endpoint.tls();
    this.connectNanos = connectNanos;
  }

  /** An address object that no other target has. */
  private static InetAddress own(InetSocketAddress address) {
    InetAddress shared = address.getAddress();
    try {
      return shared instanceof Inet6Address six && six.getScopeId() > 0
          ? Inet6Address.getByAddress(address.getHostString(), six.getAddress(), six.getScopeId())
          : InetAddress.getByAddress(address.getHostString(), shared.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of a wrong length", e);
    }
  }

  /** The target with this address object; null if it is none's. */
  public static Target of(InetAddress address) {
    WeakReference<Target> known = BY_ADDRESS.get(address);
    return known == null ? null : known.get();
  }

  /** Whether what should be secured is, as far as the connection was made. */
  boolean isAsPlanned() {
    return plan.isEmpty() || session != null;
  }

  /** How the connection is secured; empty: it is not. */
  public Optional<TlsPlan> plan() {
    return plan;
  }

  /** The address, with the logical name in it. */
  public InetSocketAddress plain() {
    return endpoint.address();
  }

  /** How long TCP, and then TLS, may take, in milliseconds; 0: no bound. */
  public int connectMillis() {
    return connectNanos == Long.MAX_VALUE
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, Math.max(1, connectNanos / 1_000_000));
  }

  /** The handshake has ended, with a peer that was verified. */
  public void session(SSLSession established) {
    session = established;
  }

  SSLSession session() {
    return session;
  }

  /** Why it is not connected to, after an error of ours. */
  public SSLException refusal(Throwable mistake) {
    return Refusals.unsecured(GrpcClientHooks.NAME, endpoint, mistake);
  }

  /** Why nothing is sent over a connection of a transport that knows no targets. */
  SSLException unknown() {
    return Refusals.unsecured(
        GrpcClientHooks.NAME, endpoint, "no hook secures the connections of this transport");
  }
}
