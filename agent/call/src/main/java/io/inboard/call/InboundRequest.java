// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a server says of one request that arrived. A view, read while {@link Inbound#begin} runs.
 */
public interface InboundRequest extends HeaderView {
  /** The library's name as in {@code status}, for instance {@code tomcat}. */
  String library();

  /** The HTTP method. */
  String method();

  /** {@code http} or {@code https}, as the application sees it. */
  String scheme();

  /** {@code 1.0}, {@code 1.1} or {@code 2}. */
  String protocolVersion();

  /** The path as it came, without the query; never empty. */
  String path();

  /**
   * How this server maps a target to a handler, first half: every path, as it came and undecoded,
   * that the server, or an application that looks at the target by itself, takes for the path of
   * this request. Rules about paths are judged on each of them, and on each in every spelling that
   * servers and frameworks make of one (dot segments, path parameters, slashes, codes): a DENY rule
   * that matches any refuses, ALLOW rules must match all. {@link #path} is the first, and the only
   * one unless the server reads targets in a way of its own.
   */
  default List<String> paths() {
    return List.of(path());
  }

  /**
   * Second half: the path of the handler that the server has chosen, decoded, where the server
   * gives it requests that are neither for this path nor below it ({@code /admin} gets {@code
   * /administrator}); a DENY rule about that path, or about what is below it, counts for them.
   * Empty in every other case.
   */
  default String handlerPath() {
    return "";
  }

  /** The query without its question mark; empty if there is none. */
  String query();

  /** The port that accepted the connection, and its address. */
  InetSocketAddress local();

  /** The port of {@link #local}, which costs less where the library knows it by itself. */
  default int localPort() {
    return local().getPort();
  }

  /** The other side of the connection. */
  InetSocketAddress remote();

  /** The address of {@link #remote} as digits, without a look-up of its name; empty if unknown. */
  default String remoteAddress() {
    InetSocketAddress remote = remote();
    return remote == null || remote.getAddress() == null
        ? ""
        : remote.getAddress().getHostAddress();
  }

  /**
   * How long the request has waited inside the server since its first byte could be read, in
   * nanoseconds; 0 if the adapter cannot tell.
   */
  default long queuedNanos() {
    return 0;
  }

  /** Whether the connection has TLS of the application's own, which the mesh leaves alone. */
  default boolean hasOwnTls() {
    return false;
  }

  /** Who the peer proved to be over a TLS session of ours; empty over plaintext. */
  Optional<PeerIdentity> peer();
}
