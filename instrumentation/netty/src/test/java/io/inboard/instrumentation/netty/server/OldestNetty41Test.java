// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import java.util.Map;

/** HTTP/1.1 and HTTP/2 on one port, on the JDK's sockets. */
final class OldestNetty41Test extends NettyContract {
  OldestNetty41Test() {
    super("4.1.100.Final", Map.of("http2", ""));
  }
}
