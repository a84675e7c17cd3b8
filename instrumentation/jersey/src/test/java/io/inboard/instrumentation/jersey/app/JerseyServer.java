// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey.app;

import io.inboard.contract.RunningServer;
import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.rest.RestApplication;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.apache.tomcat.SimpleInstanceManager;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** Jersey and Tomcat of whatever version this class was loaded beside. */
public final class JerseyServer implements RunningServer {
  private final Tomcat tomcat = new Tomcat();

  /** Starts it. */
  public JerseyServer() throws Exception {
    Logger.getLogger("org.apache").setLevel(Level.OFF);
    Logger.getLogger("org.glassfish").setLevel(Level.OFF);
    TomcatURLStreamHandlerFactory.disable();
    String base = TemporaryFiles.directory("jersey").getPath();
    tomcat.setBaseDir(base);
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("/shop", base);
    context.setInstanceManager(new SimpleInstanceManager());
    Wrapper servlet =
        Tomcat.addServlet(
            context,
            "jersey",
            new ServletContainer(ResourceConfig.forApplicationClass(RestApplication.class)));
    servlet.setAsyncSupported(true);
    context.addServletMappingDecoded("/api/*", "jersey");
    tomcat.start();
  }

  @Override
  public int port() {
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public void close() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
  }
}
