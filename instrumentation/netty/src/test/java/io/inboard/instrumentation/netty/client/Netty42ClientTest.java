// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import org.junit.jupiter.api.Tag;
import java.util.Map;

/** On the JDK's sockets. */
@Tag("newest")
final class Netty42ClientTest extends NettyClientContract {
  Netty42ClientTest() {
    super("4.2.18.Final", Map.of());
  }
}
