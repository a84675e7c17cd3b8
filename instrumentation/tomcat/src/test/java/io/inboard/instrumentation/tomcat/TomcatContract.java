// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerContract;
import io.inboard.contract.Workload;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** The contract for one version of Tomcat. */
abstract class TomcatContract extends ServerContract {
  private final TomcatLoader tomcat;

  TomcatContract(String version) {
    this.tomcat = new TomcatLoader(version);
  }

  @Override
  protected RunningServer start() throws Exception {
    return tomcat.start(TomcatLoader.NIO, Map.of());
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    File keystore = File.createTempFile("own", ".p12");
    try (OutputStream out = Files.newOutputStream(keystore.toPath())) {
      identity.keyStore().store(out, "changeit".toCharArray());
    }
    return Optional.of(tomcat.start(TomcatLoader.NIO, Map.of("keystore", keystore.getPath())));
  }

  @Override
  protected String library() {
    return "tomcat";
  }

  @Override
  protected boolean http2() {
    return true;
  }

  /**
   * Tomcat closes after a 503 of the application's, too (Http11Processor.statusDropsConnection).
   */
  @Override
  protected boolean staysOpenAfterRefusal(int status) {
    return status != 503;
  }
}
