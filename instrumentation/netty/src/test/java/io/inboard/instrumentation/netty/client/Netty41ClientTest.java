// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import java.util.Map;

/** On epoll. */
final class Netty41ClientTest extends NettyClientContract {
  Netty41ClientTest() {
    super("4.1.135.Final", Map.of("epoll", ""));
  }
}
