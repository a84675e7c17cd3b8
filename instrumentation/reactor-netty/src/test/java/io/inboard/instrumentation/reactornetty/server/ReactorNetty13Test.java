// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import java.util.Map;
import org.junit.jupiter.api.Tag;

/** The version of Spring Boot 4, on Netty 4.2, with HTTP/2. */
@Tag("newest")
final class ReactorNetty13Test extends ReactorNettyContract {
  ReactorNetty13Test() {
    super("1.3", Map.of("http2", ""));
  }
}
