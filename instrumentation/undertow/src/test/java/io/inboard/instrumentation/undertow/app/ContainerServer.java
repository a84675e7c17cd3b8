// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.RunningServer;
import io.undertow.servlet.api.DeploymentManager;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.wildfly.extension.undertow.HttpListenerService;

/** Servlets in a container that brings its own listeners. */
public final class ContainerServer implements RunningServer {
  private final DeploymentManager deployment;
  private final HttpListenerService service;

  /**
   * @param properties none
   * @param threads for requests; empty: Undertow's own
   */
  public ContainerServer(Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    deployment = UndertowServer.servlets(Optional.empty(), threads);
    service = new HttpListenerService(deployment.start());
  }

  @Override
  public int port() {
    return service.port();
  }

  /** Accepts nobody more, and closes what it has accepted. */
  public void stopListening() {
    service.stopListening();
  }

  @Override
  public void close() throws Exception {
    service.stop();
    deployment.stop();
    deployment.undeploy();
  }
}
