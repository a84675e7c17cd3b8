// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One version of reactor-netty, its Netty, and the test's application. */
final class ReactorNettyLoader extends VersionLoader {
  private static final String APPLICATION = "io.inboard.instrumentation.reactornetty.server.app.";

  ReactorNettyLoader(String version) {
    super(
        "reactor-netty-" + version,
        urls(new File("target/reactor-netty/" + version), ".*"),
        ReactorNettyLoader.class.getClassLoader(),
        false,
        APPLICATION);
  }

  /** Starts a server, perhaps with the threads of a test. */
  RunningServer start(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    return make(
        RunningServer.class,
        APPLICATION + "ReactorServer",
        List.of(Map.class, Optional.class),
        properties,
        threads);
  }
}
