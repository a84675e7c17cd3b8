// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * One try of a {@link Call}: where it goes, with which headers, for how long. Made by the call;
 * used by one adapter.
 */
public interface Attempt {
  /** 1 for the first. */
  int number();

  /** Where to connect; empty when the library resolves the application's host as it always does. */
  Optional<Endpoint> endpoint();

  /**
   * Whether repeating is decided by the call alone: a library that would send again by itself
   * leaves that out, also where there is no {@link #endpoint}. False where the mesh only looks on
   * (a host of no destination, TLS or a proxy of the application's own). Constant.
   */
  boolean meshRetries();

  /**
   * Gives the headers of this attempt (trace context, deadline, ...). Asked once per physical send:
   * a library that sends twice by itself (a redirect, its own resend) asks again. A header that the
   * application set itself is left out where the application's wins ({@code traceparent}).
   */
  void writeHeaders(HeaderSink headers);

  /**
   * How long connect plus TLS handshake may take, in nanoseconds; {@link Long#MAX_VALUE}: no bound.
   */
  long connectTimeoutNanos();

  /** How long until the response head must be there; {@link Long#MAX_VALUE}: no bound. */
  long timeoutNanos();

  /**
   * How long the callee is told, by {@link #writeHeaders}, that an answer is of use, in
   * nanoseconds; {@link Long#MAX_VALUE}: it is told nothing. For a library that writes the header
   * itself, of a bound of its own.
   */
  default long toldNanos() {
    return Long.MAX_VALUE;
  }

  /**
   * When to ask {@link Call#hedge}, in nanoseconds from the moment that the attempt is sent; {@link
   * Long#MAX_VALUE}: never. Only asked by adapters that can have two attempts under way ({@link
   * OutboundRequest#hedgeable}).
   */
  default long hedgeAfterNanos() {
    return Long.MAX_VALUE;
  }

  /**
   * Hands over what stops the I/O of this attempt (closes the socket, cancels the exchange). Run at
   * most once, on the mesh's timer thread, when the attempt's or the call's time is up; it must not
   * block. The I/O then fails, and the adapter reports {@link Call#failed}, which knows why. Where
   * no timeout applies nothing is kept.
   */
  void onTimeout(Runnable abort);

  /**
   * Tells over which connection the attempt goes, once the library knows.
   *
   * @param session the session of a mesh connection; null when the connection has no TLS of ours
   */
  void connected(SSLSession session);

  /**
   * Whether nothing may be sent to where a connection leads: asked where there is no {@link
   * #endpoint}, of each connection, new or pooled, before the first byte of a request goes over it.
   * Only then it is known where a name has led that the library, or the application, has resolved.
   * Neither blocks nor throws.
   *
   * @param remote of the connection, where the library shows it; a proxy's, if there is one
   * @return why not, ready for the application's exception; empty: it may be sent
   */
  default Optional<String> astray(SocketAddress remote) {
    return Optional.empty();
  }

  /**
   * Tells the version of HTTP that the response's head speaks, before {@link Call#responded}.
   *
   * @param version as {@code network.protocol.version} has it: {@code 1.0}, {@code 1.1}, {@code 2}
   */
  default void protocolVersion(String version) {}

  /**
   * Tells with which code a call of gRPC has ended ({@link OutboundRequest#isGrpc}): before {@link
   * Call#responded} or {@link Call#failed} where that is known then, else when it is, whatever has
   * become of the call meanwhile. The first one counts.
   *
   * @param code of {@link GrpcStatus}, 0 to 16
   */
  default void grpcStatus(int code) {}
}
