// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The version of Spring Boot 3.5, with HTTP/2. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class ReactorNetty12Test extends ReactorNettyContract {
  ReactorNetty12Test() {
    super("1.2", Map.of("http2", ""));
  }
}
