// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** An endpoint as an address that a transport connects to. Any thread. */
final class Target extends InetSocketAddress implements Directed {
  private static final long serialVersionUID = 1L;

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
    super(endpoint.address().getAddress(), endpoint.address().getPort());
    this.endpoint = endpoint;
    this.plan = endpoint.tls();
    this.connectNanos = connectNanos;
  }

  Optional<TlsPlan> plan() {
    return plan;
  }

  InetSocketAddress plain() {
    return endpoint.address();
  }

  /** 0: no bound. */
  int connectMillis() {
    return connectNanos == Long.MAX_VALUE
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, Math.max(1, connectNanos / 1_000_000));
  }

  void session(SSLSession established) {
    session = established;
  }

  SSLSession session() {
    return session;
  }

  /** Why it is not connected to, after an error of ours. */
  SSLException refusal(Throwable mistake) {
    return Refusals.unsecured(GrpcClientHooks.NAME, endpoint, mistake);
  }
}
