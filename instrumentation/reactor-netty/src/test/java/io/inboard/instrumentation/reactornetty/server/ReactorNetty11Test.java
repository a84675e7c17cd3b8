// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** HTTP/1.1 only, as most have it. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class ReactorNetty11Test extends ReactorNettyContract {
  ReactorNetty11Test() {
    super("1.1", Map.of());
  }
}
