// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** An embedded Jetty of whatever version this class was loaded beside. */
public final class JettyServer implements RunningServer {
  /** Shorter than a test waits for a connection to be closed. */
  private static final int IDLE_MILLIS = 8_000;

  private final Server server;
  private final ServerConnector connector;

  /**
   * @param properties a {@code keystore} gives it TLS of its own, {@code http2} enables HTTP/2 in
   *     plaintext, {@code customizer} adds what judges names of servers, {@code forwarded} what
   *     believes proxies, {@code own} a server that is asked by a method of its own, which {@code
   *     asks} Jetty's or does without, {@code idle} is Jetty's own timeout in milliseconds, a
   *     {@code router} serves {@link PathHandlers}, {@code core} serves Jetty 12 without servlets
   * @param threads for requests; empty: Jetty's own
   */
  public JettyServer(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    ThreadPool pool = threads.isPresent() ? new JettyThreads(threads.get()) : threadPool();
    server =
        properties.containsKey("own")
            ? new OwnServer(pool, properties.get("own").equals("asks"))
            : new Server(pool);
    HttpConfiguration http = new HttpConfiguration();
    if (properties.containsKey("router")) {
      lenient(http);
    }
    if (properties.containsKey("customizer")) {
      http.addCustomizer(new SecureRequestCustomizer());
    }
    if (properties.containsKey("forwarded")) {
      http.addCustomizer(new ForwardedRequestCustomizer());
    }
    // Of a test's few threads none is to accept: the selector does.
    int acceptors = threads.isPresent() ? 0 : 1;
    connector = new ServerConnector(server, acceptors, 1, factories(http, properties));
    connector.setHost("127.0.0.1");
    connector.setIdleTimeout(
        Long.parseLong(properties.getOrDefault("idle", String.valueOf(IDLE_MILLIS))));
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.setContextPath("/");
    if (properties.containsKey("router")) {
      route(context, Router.valueOf(properties.get("router")));
    } else {
      serve(context);
    }
    // Above Jetty 12, contexts of Java EE 8 and Jakarta EE 9 are nested in a handler.
    Handler handler =
        (Handler) ((Object) context instanceof Supplier<?> nested ? nested.get() : context);
    if (properties.containsKey("core")) {
      handler = new CoreHandler();
    } else if (isLine12()) {
      handler = new Upgrade(handler);
    }
    server.setHandler(handler);
    try {
      server.start();
    } catch (Exception e) {
      server.stop();
      throw e;
    }
  }

  private static QueuedThreadPool threadPool() {
    QueuedThreadPool threads = new QueuedThreadPool(12);
    threads.setDaemon(true);
    return threads;
  }

  /** Whether it is Jetty 12; else 9.4 to 11. */
  private static boolean isLine12() {
    try {
      Class.forName("org.eclipse.jetty.server.HttpStream");
      return true;
    } catch (ClassNotFoundException older) {
      return false;
    }
  }

  /** What Jetty 9.4 lacks is set where it is. */
  private static void lenient(HttpConfiguration http) throws ReflectiveOperationException {
    try {
      Class<?> compliance = Class.forName("org.eclipse.jetty.http.UriCompliance");
      HttpConfiguration.class
          .getMethod("setUriCompliance", compliance)
          .invoke(http, compliance.getField("UNSAFE").get(null));
    } catch (ClassNotFoundException ofJetty9) {
      // It takes them all.
    }
  }

  private static ConnectionFactory[] factories(
      HttpConfiguration http, Map<String, String> properties) throws Exception {
    List<ConnectionFactory> factories = new ArrayList<>();
    if (properties.containsKey("keystore")) {
      SslContextFactory.Server own = new SslContextFactory.Server();
      own.setKeyStorePath(properties.get("keystore"));
      own.setKeyStorePassword("changeit");
      factories.add(ssl(own));
      http.addCustomizer(new SecureRequestCustomizer(false));
    }
    factories.add(new HttpConnectionFactory(http));
    if (properties.containsKey("http2")) {
      factories.add(
          (ConnectionFactory)
              Class.forName("org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory")
                  .getConstructor(HttpConfiguration.class)
                  .newInstance(http));
    }
    return factories.toArray(ConnectionFactory[]::new);
  }

  /** Its constructor has another parameter type in 9.4. */
  private static ConnectionFactory ssl(SslContextFactory.Server own)
      throws ReflectiveOperationException {
    for (Constructor<?> each : SslConnectionFactory.class.getConstructors()) {
      if (each.getParameterCount() == 2) {
        return (ConnectionFactory) each.newInstance(own, "http/1.1");
      }
    }
    throw new NoSuchMethodException("SslConnectionFactory");
  }

  private static void serve(ServletContextHandler context) throws Exception {
    ServletHolder contract = new ServletHolder(new ContractServlet());
    contract.setAsyncSupported(true);
    for (String path : SampleApplication.PATHS) {
      context.addServlet(contract, path);
    }
    ServletHolder own = new ServletHolder(new JettyServlet());
    own.setAsyncSupported(true);
    // Its type is another one in each line.
    Object registration = ServletHolder.class.getMethod("getRegistration").invoke(own);
    ((ServletRegistration.Dynamic) registration)
        .setMultipartConfig(
            new MultipartConfigElement(Files.createTempDirectory("jetty").toString()));
    context.addServlet(own, "/jetty/*");
  }

  private static void route(ServletContextHandler context, Router router) throws Exception {
    for (Method each : ServletHandler.class.getMethods()) {
      if (each.getName().equals("setDecodeAmbiguousURIs")) {
        each.invoke(context.getServletHandler(), true);
      }
    }
    boolean servers = router == Router.SERVER || router == Router.DIRECTORIES;
    if (servers) {
      for (String path : PathHandlers.PATHS) {
        context.addServlet(
            new ServletHolder(
                new RoutedServlet(
                    request ->
                        router == Router.DIRECTORIES && request.getPathInfo() == null
                            ? PathHandlers.UNKNOWN
                            : path)),
            path + "/*");
      }
    }
    context.addServlet(
        new ServletHolder(
            new RoutedServlet(
                request ->
                    servers
                        ? PathHandlers.UNKNOWN
                        : PathHandlers.choose(router, request.getRequestURI()))),
        "/");
  }

  @Override
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }

  private static final class ContractServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      SampleApplication.handle(new ServletExchange(request, response));
    }
  }

  /** Chooses a handler by the target, as far as Jetty has not. */
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
