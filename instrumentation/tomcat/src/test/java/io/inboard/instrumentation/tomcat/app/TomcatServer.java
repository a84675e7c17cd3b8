// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.inboard.contract.TemporaryFiles;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.SimpleInstanceManager;
import org.apache.tomcat.util.IntrospectionUtils;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/** An embedded Tomcat of whatever version this class was loaded beside. */
public final class TomcatServer implements RunningServer {
  private static final Set<String> OURS = Set.of("keystore", "http2", "router");

  private final Tomcat tomcat = new Tomcat();

  /**
   * @param protocol a protocol handler's class name
   * @param properties of the connector; a {@code keystore} gives it TLS of its own, {@code http2}
   *     enables HTTP/2, a {@code router} serves {@link PathHandlers}
   * @param threads for requests; empty: Tomcat's own
   */
  public TomcatServer(String protocol, Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    Logger.getLogger("org.apache").setLevel(Level.OFF);
    // A JVM can have one factory only, and the tests run several Tomcats.
    TomcatURLStreamHandlerFactory.disable();
    File base = TemporaryFiles.directory("tomcat");
    tomcat.setBaseDir(base.getPath());
    Connector connector = new Connector(protocol);
    connector.setPort(0);
    connector.setThrowOnFailure(true);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("maxThreads", "8");
    properties.forEach(
        (name, value) -> {
          if (!OURS.contains(name)) {
            connector.setProperty(name, value);
          }
        });
    if (properties.containsKey("keystore")) {
      secure(connector, properties.get("keystore"));
    }
    if (properties.containsKey("http2")) {
      connector.addUpgradeProtocol(new Http2Protocol());
    }
    threads.ifPresent(connector.getProtocolHandler()::setExecutor);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", base.getPath());
    // The usual one needs the annotations of a jar that is not here.
    context.setInstanceManager(new SimpleInstanceManager());
    if (properties.containsKey("router")) {
      route(context, connector, Router.valueOf(properties.get("router")));
    } else {
      serve(context, base);
    }
    try {
      tomcat.start();
      if (connector.getState() != LifecycleState.STARTED) {
        throw new LifecycleException("the connector is " + connector.getState());
      }
    } catch (LifecycleException e) {
      close();
      throw e;
    }
  }

  private static void serve(Context context, File base) {
    Wrapper wrapper = Tomcat.addServlet(context, "contract", new ContractServlet());
    wrapper.setAsyncSupported(true);
    for (String path : SampleApplication.PATHS) {
      context.addServletMappingDecoded(path, "contract");
    }
    Wrapper own = Tomcat.addServlet(context, "own", new TomcatServlet());
    own.setAsyncSupported(true);
    own.setMultipartConfigElement(new jakarta.servlet.MultipartConfigElement(base.getPath()));
    context.addServletMappingDecoded("/tomcat/*", "own");
  }

  private static void route(Context context, Connector connector, Router router) {
    // Tomcat 9 has no such methods, and takes a backslash by a system property only.
    IntrospectionUtils.setProperty(connector, "allowBackslash", "true");
    IntrospectionUtils.setProperty(connector, "encodedSolidusHandling", "decode");
    boolean servers = router == Router.SERVER || router == Router.DIRECTORIES;
    if (servers) {
      for (String path : PathHandlers.PATHS) {
        Tomcat.addServlet(
            context,
            path,
            new RoutedServlet(
                request ->
                    router == Router.DIRECTORIES && request.getPathInfo() == null
                        ? PathHandlers.UNKNOWN
                        : path));
        context.addServletMappingDecoded(path + "/*", path);
      }
    }
    Tomcat.addServlet(
        context,
        "rest",
        new RoutedServlet(
            request ->
                servers
                    ? PathHandlers.UNKNOWN
                    : PathHandlers.choose(router, request.getRequestURI())));
    context.addServletMappingDecoded("/", "rest");
  }

  private static void secure(Connector connector, String keystore) {
    connector.setScheme("https");
    connector.setSecure(true);
    connector.setProperty("SSLEnabled", "true");
    SSLHostConfig host = new SSLHostConfig();
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setCertificateKeystoreFile(keystore);
    certificate.setCertificateKeystorePassword("changeit");
    certificate.setCertificateKeystoreType("PKCS12");
    host.addCertificate(certificate);
    connector.addSslHostConfig(host);
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

  private static final class ContractServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      SampleApplication.handle(new ServletExchange(request, response));
    }
  }

  /** Chooses a handler by the target, as far as Tomcat has not. */
  private static final class RoutedServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Function<HttpServletRequest, String> handlers;

    RoutedServlet(Function<HttpServletRequest, String> handlers) {
      this.handlers = handlers;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().print(PathHandlers.run(handlers.apply(request)));
    }
  }
}
