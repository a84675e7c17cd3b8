// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy.app;

import io.inboard.contract.RunningServer;
import io.inboard.contract.rest.RestApplication;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import jakarta.servlet.ServletException;
import java.net.InetSocketAddress;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jboss.resteasy.plugins.server.servlet.HttpServlet30Dispatcher;

/** RESTEasy and Undertow of whatever version this class was loaded beside. */
public final class RestEasyServer implements RunningServer {
  private final DeploymentManager deployment;
  private final Undertow undertow;

  /** Starts it. */
  public RestEasyServer() throws Exception {
    for (String noisy : new String[] {"io.undertow", "org.xnio", "org.jboss"}) {
      Logger.getLogger(noisy).setLevel(Level.OFF);
    }
    // Its parameter has the name of the application's class in each line.
    String application = RestApplication.class.getSuperclass().getName();
    DeploymentInfo info =
        Servlets.deployment()
            .setClassLoader(RestEasyServer.class.getClassLoader())
            .setContextPath("/shop")
            .setDeploymentName("resteasy")
            .addServlet(
                Servlets.servlet("resteasy", HttpServlet30Dispatcher.class)
                    .addInitParam(
                        application.replace(".core.", "."), RestApplication.class.getName())
                    .addInitParam("resteasy.servlet.mapping.prefix", "/api")
                    .setAsyncSupported(true)
                    .addMapping("/api/*"));
    deployment = Servlets.newContainer().addDeployment(info);
    deployment.deploy();
    undertow =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(8)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(Handlers.path().addPrefixPath("/shop", deployment.start()))
            .build();
    undertow.start();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public void close() throws ServletException {
    undertow.stop();
    deployment.stop();
    deployment.undeploy();
  }
}
