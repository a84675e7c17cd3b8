// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import java.util.Map;

/** HTTP/1.1 only, on epoll. */
final class Netty41Test extends NettyContract {
  Netty41Test() {
    super("4.1.135.Final", Map.of("epoll", ""));
  }
}
