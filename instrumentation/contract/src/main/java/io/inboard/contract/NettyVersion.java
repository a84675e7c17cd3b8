// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One version of Netty, or of what stands on it, and a test's server beside it. */
public final class NettyVersion extends VersionLoader {
  private final String server;

  /**
   * @param library the folder in {@code target/} that has a folder with jars for each version
   * @param server the class of the server, with a constructor of properties and threads; what is in
   *     its package is loaded beside the library
   */
  public NettyVersion(String library, String version, String server) {
    super(
        library + "-" + version,
        urls(new File("target/" + library + "/" + version), ".*"),
        NettyVersion.class.getClassLoader(),
        false,
        server.substring(0, server.lastIndexOf('.') + 1));
    this.server = server;
  }

  /** Starts a server, perhaps with the threads of a test. */
  public RunningServer start(Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    return make(
        RunningServer.class, server, List.of(Map.class, Optional.class), properties, threads);
  }
}
