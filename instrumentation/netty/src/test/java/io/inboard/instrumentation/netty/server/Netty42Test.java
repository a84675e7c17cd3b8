// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import java.util.Map;
import org.junit.jupiter.api.Tag;

/** HTTP/1.1 and HTTP/2 on one port, on epoll. */
@Tag("newest")
final class Netty42Test extends NettyContract {
  Netty42Test() {
    super("4.2.18.Final", Map.of("http2", "", "epoll", ""));
  }
}
