// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerContract;
import io.inboard.contract.Workload;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The contract for the servlets of one version of Undertow. */
abstract class UndertowContract extends ServerContract {
  protected final UndertowLoader undertow;

  UndertowContract(String version) {
    this.undertow = new UndertowLoader(version);
  }

  @Override
  protected RunningServer start() throws Exception {
    return undertow.start(Map.of());
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return undertow.start(Map.of(), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return undertow.start(Map.of("router", router.name()));
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    File keystore = File.createTempFile("own", ".p12");
    try (OutputStream out = Files.newOutputStream(keystore.toPath())) {
      identity.keyStore().store(out, "changeit".toCharArray());
    }
    return Optional.of(undertow.start(Map.of("keystore", keystore.getPath())));
  }

  @Override
  protected String library() {
    return UndertowHooks.NAME;
  }

  @Override
  protected boolean http2() {
    return true;
  }
}
