// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import java.util.Map;
import org.junit.jupiter.api.Tag;

/** On the JDK's sockets. */
@Tag("newest")
final class Netty42ClientTest extends NettyClientContract {
  Netty42ClientTest() {
    super("4.2.18.Final", Map.of());
  }
}
