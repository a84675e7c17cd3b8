// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.handshake;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Someone's TLS: two workloads of one authority that require each other's certificate. */
interface Stack {
  /** As the table says it. */
  String name();

  /** A new connection's client side. */
  SSLEngine client() throws SSLException;

  /** A new connection's server side. */
  SSLEngine server() throws SSLException;

  /** Forgets what a later handshake could resume. */
  void forget();

  /** A connection is done with; native memory goes back. */
  default void release(SSLEngine engine) {}

  /** The kind of buffer that the engine need not copy. */
  default ByteBuffer buffer(int capacity) {
    return ByteBuffer.allocate(capacity);
  }
}
