// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import java.util.Map;

/** HTTP/1.1 only, as most have it. */
final class ReactorNetty11Test extends ReactorNettyContract {
  ReactorNetty11Test() {
    super("1.1", Map.of());
  }
}
