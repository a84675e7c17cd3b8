// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import java.util.Map;

/** The version of Spring Boot 2.7, with HTTP/2. */
final class OldestReactorNettyTest extends ReactorNettyContract {
  OldestReactorNettyTest() {
    super("1.0", Map.of("http2", ""));
  }
}
