// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerContract;
import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.Workload;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The contract for one version of reactor-netty. */
abstract class ReactorNettyContract extends ServerContract {
  private final ReactorNettyLoader reactor;
  private final Map<String, String> properties;

  ReactorNettyContract(String version, Map<String, String> properties) {
    this.reactor = new ReactorNettyLoader(version);
    this.properties = properties;
  }

  private Map<String, String> with(String name, String value) {
    Map<String, String> more = new HashMap<>(properties);
    more.put(name, value);
    return more;
  }

  @Override
  protected RunningServer start() throws Exception {
    return reactor.start(properties, Optional.empty());
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return reactor.start(properties, Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return reactor.start(with("router", router.name()), Optional.empty());
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    File keystore = TemporaryFiles.file("own", ".p12");
    try (OutputStream out = Files.newOutputStream(keystore.toPath())) {
      identity.keyStore().store(out, "changeit".toCharArray());
    }
    return Optional.of(reactor.start(with("keystore", keystore.getPath()), Optional.empty()));
  }

  @Override
  protected String library() {
    return "netty";
  }

  @Override
  protected boolean http2() {
    return properties.containsKey("http2");
  }

  @Override
  protected boolean routes() {
    return false;
  }

  /** {@code HttpMethod}'s constructor does. */
  @Override
  protected boolean trimsMethods() {
    return true;
  }

  @Override
  protected boolean queues() {
    return false;
  }
}
