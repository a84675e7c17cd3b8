// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import java.net.InetSocketAddress;

/** The endpoint of a connection, as an address to connect to. Immutable. */
final class Target extends InetSocketAddress implements Directed {
  private static final long serialVersionUID = 1L;

  /**
   * @param endpoint whose address is resolved, and carries the logical name
   */
  Target(Endpoint endpoint) {
    super(endpoint.address().getAddress(), endpoint.address().getPort());
  }
}
