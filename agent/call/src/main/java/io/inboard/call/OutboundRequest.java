// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.List;

/**
 * What a library says of one application-level call. A view: it is read while {@link
 * Outbound#begin} and the steps of the {@link Call} run, and holds no copy.
 */
public interface OutboundRequest extends HeaderView {
  /** The library's name as in {@code status}, for instance {@code http-url-connection}. */
  String library();

  /** The HTTP method as the application gave it. */
  String method();

  /** {@code http} or {@code https}, as in the application's URL. */
  String scheme();

  /** The host in the application's URL: the logical name. DNS need not know it. */
  String host();

  /** The port in the application's URL, else the scheme's default (80, 443). */
  int port();

  /** Path and query as they go on the wire, never empty: {@code /orders?id=1}. */
  String target();

  /**
   * The whole URL as the application gave it, if the library has it as text; else empty. It may
   * carry credentials, and a fragment.
   */
  default String url() {
    return "";
  }

  /** All values of a header that the application set, in order; empty if it set none. */
  @Override
  List<String> headers(String name);

  /**
   * Whether the library sends it through a proxy that the application chose. Such a call gets
   * headers and a span; its attempts have no endpoint.
   */
  default boolean proxied() {
    return false;
  }

  /**
   * Whether the library repeats by itself what it has sent in a call before this one. A library
   * whose adapter sees that as a second send of one attempt asks {@link Attempt#writeHeaders} again
   * instead.
   */
  default boolean resent() {
    return false;
  }

  /**
   * Whether the library by itself, without us, would send this request once more when its
   * connection ends before an answer begins. Never true of a method that is not idempotent by RFC
   * 9110 section 9.2.2, even where the library would: that is a promise of the mesh.
   */
  default boolean repeatedByLibrary() {
    return false;
  }

  /**
   * Whether the library by itself, without us, would send this request once more after 408, with
   * which a server ends a connection that waited too long for a request (RFC 9110 section 15.5.9).
   */
  default boolean repeatedAfterRequestTimeout() {
    return false;
  }

  /**
   * Whether it is a call of gRPC: its {@link #target} is {@code /package.Service/Method}, and its
   * attempts tell {@link Attempt#grpcStatus}.
   */
  default boolean isGrpc() {
    return false;
  }

  /** Whether the adapter can have two attempts of this call under way ({@link Call#hedge}). */
  default boolean hedgeable() {
    return false;
  }

  /**
   * How long the application itself waits for the head of an answer to an attempt that is sent now,
   * in nanoseconds: what its client's read timeout says, or what is left of the time that it gives
   * the whole call; {@link Long#MAX_VALUE} if it says nothing or the adapter cannot tell. May be
   * negative.
   *
   * @param elapsedNanos since the beginning of the call
   */
  default long patienceNanos(long elapsedNanos) {
    return Long.MAX_VALUE;
  }

  /** What is decided. Constant. */
  default Kind kind() {
    return Kind.CALL;
  }

  /** Whether the body can be sent a second time. Asked lazily, before a retry only. */
  Body body();

  /** What a {@link Call} is about. */
  enum Kind {
    /** A request: the adapter sends each attempt where the mesh says. */
    CALL,
    /**
     * A connection that a library opens without a request: the endpoint of its attempt is that of
     * all requests which go over it. There is no span of it, and {@link Call#UNTOUCHED} where the
     * host is no destination's. The adapter reports {@link Call#failed}, or says {@link
     * Call#abandoned} as soon as it is open: nothing is left to decide. It follows no second {@link
     * Step.Send}.
     */
    CONNECTION,
    /**
     * A request over a connection that is open already: the mesh only looks on ({@link
     * Call#isWatched}), or refuses it.
     */
    ON_CONNECTION
  }

  /** Whether a body can be sent again. */
  enum Body {
    /** There is none. */
    NONE,
    /** The library holds it, and can send it from its start again. */
    REPLAYABLE,
    /** It can be read once only, or that is unknown: never repeated after a byte of it was read. */
    ONE_SHOT
  }
}
