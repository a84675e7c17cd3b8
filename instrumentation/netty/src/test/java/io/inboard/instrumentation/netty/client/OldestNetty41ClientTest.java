// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import java.util.Map;

/** Encodes and decodes in handlers apart, on the JDK's sockets. */
final class OldestNetty41ClientTest extends NettyClientContract {
  OldestNetty41ClientTest() {
    super("4.1.100.Final", Map.of("apart", ""));
  }
}
