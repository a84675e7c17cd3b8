// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.InetSocketAddress;
import java.util.Optional;

/** One instance of a destination, as an attempt sees it. Immutable. */
public interface Endpoint {
  /**
   * Where to connect. The {@link java.net.InetAddress} carries the logical host name, so that the
   * library neither resolves nor shows an address. Unresolved only when the settings list no
   * endpoints, TLS is ours and the host's own name is unknown: that fails as the library's connect
   * fails.
   */
  InetSocketAddress address();

  /**
   * A key for the library's connection pool: the same object (by identity) for the same address and
   * the same TLS generation, another one after a rotation. Its {@code toString} is unique, too.
   */
  Object poolKey();

  /** How to secure the connection; empty for plaintext. */
  Optional<TlsPlan> tls();
}
