// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.inboard.contract.TemporaryFiles;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.ProxyPeerAddressHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletInfo;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An embedded Undertow of whatever version this class was loaded beside. */
public final class UndertowServer implements RunningServer {
  private final Undertow undertow;

  /** Empty without servlets. */
  private final Optional<DeploymentManager> deployment;

  /**
   * @param properties {@code handlers} serve in place of servlets; a {@code keystore} gives it TLS
   *     of its own, {@code http1} disables HTTP/2, a {@code router} serves {@link PathHandlers},
   *     {@code proxy} expects the PROXY protocol, {@code forwarded} believes proxies' headers,
   *     {@code silence} is how many milliseconds a connection may have no request
   * @param threads for requests; empty: Undertow's own
   */
  public UndertowServer(Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    Logger.getLogger("io.undertow").setLevel(Level.OFF);
    Logger.getLogger("org.xnio").setLevel(Level.OFF);
    Undertow.Builder builder = Undertow.builder().setIoThreads(2).setWorkerThreads(8);
    builder.setServerOption(UndertowOptions.ENABLE_HTTP2, !properties.containsKey("http1"));
    // The newest take two megabytes.
    builder.setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L);
    if (properties.containsKey("silence")) {
      int millis = Integer.parseInt(properties.get("silence"));
      builder.setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, millis);
    }
    Optional<Router> router = Optional.ofNullable(properties.get("router")).map(Router::valueOf);
    if (router.isPresent()) {
      builder.setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true);
      builder.setServerOption(UndertowOptions.ALLOW_ENCODED_SLASH, true);
    }
    HttpHandler handler;
    if (properties.containsKey("handlers")) {
      deployment = Optional.empty();
      handler = router.map(PlainHandlers::routed).orElse(PlainHandlers.application(threads));
    } else {
      DeploymentManager servlets = servlets(router, threads);
      deployment = Optional.of(servlets);
      handler = servlets.start();
    }
    if (properties.containsKey("forwarded")) {
      handler = new ProxyPeerAddressHandler(handler);
    }
    Undertow.ListenerBuilder listener =
        new Undertow.ListenerBuilder()
            .setHost("127.0.0.1")
            .setType(Undertow.ListenerType.HTTP)
            .setUseProxyProtocol(properties.containsKey("proxy"));
    if (properties.containsKey("keystore")) {
      listener
          .setType(Undertow.ListenerType.HTTPS)
          .setSslContext(ownTls(Path.of(properties.get("keystore"))));
    }
    undertow = builder.addListener(listener).setHandler(handler).build();
    undertow.start();
  }

  static DeploymentManager servlets(Optional<Router> router, Optional<Executor> threads)
      throws IOException {
    DeploymentInfo info =
        Servlets.deployment()
            .setClassLoader(UndertowServer.class.getClassLoader())
            .setContextPath("/")
            .setDeploymentName("contract");
    threads.ifPresent(
        executor -> {
          info.setExecutor(executor);
          info.setAsyncExecutor(executor);
        });
    if (router.isPresent()) {
      route(info, router.get());
    } else {
      serve(info);
    }
    DeploymentManager manager = Servlets.newContainer().addDeployment(info);
    manager.deploy();
    return manager;
  }

  private static void serve(DeploymentInfo info) throws IOException {
    ServletInfo contract =
        servlet("contract", new ContractServlet())
            .setAsyncSupported(true)
            .addMappings(SampleApplication.PATHS);
    ServletInfo own =
        servlet("own", new OwnServlet())
            .setAsyncSupported(true)
            .setMultipartConfig(
                new MultipartConfigElement(
                    TemporaryFiles.directory("undertow").getPath(), 200 << 20, 200 << 20, 0))
            .addMapping("/undertow/*");
    info.addServlets(contract, own);
  }

  private static void route(DeploymentInfo info, Router router) {
    boolean servers = router == Router.SERVER || router == Router.DIRECTORIES;
    if (servers) {
      for (String path : PathHandlers.PATHS) {
        RoutedServlet routed =
            new RoutedServlet(
                request ->
                    router == Router.DIRECTORIES && request.getPathInfo() == null
                        ? PathHandlers.UNKNOWN
                        : path);
        info.addServlet(servlet(path, routed).addMapping(path + "/*"));
      }
    }
    RoutedServlet rest =
        new RoutedServlet(
            request ->
                servers
                    ? PathHandlers.UNKNOWN
                    // A listener that takes everything has decoded it.
                    : PathHandlers.choose(router, request.getRequestURI().replace(" ", "%20")));
    info.addServlet(servlet("rest", rest).addMapping("/"));
  }

  private static ServletInfo servlet(String name, Servlet servlet) {
    return new ServletInfo(name, servlet.getClass(), new ImmediateInstanceFactory<>(servlet));
  }

  private static SSLContext ownTls(Path keystore) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keystore)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  @Override
  public int port() {
    return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public void close() throws Exception {
    undertow.stop();
    if (deployment.isPresent()) {
      deployment.get().stop();
      deployment.get().undeploy();
    }
  }

  private static final class ContractServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getServletPath().equals("/throw")) {
        // Undertow keeps the connection, which the contract waits for to be closed.
        ServletRequestContext.requireCurrent().getExchange().setPersistent(false);
      }
      SampleApplication.handle(new ServletExchange(request, response));
    }
  }

  /** Chooses a handler by the target, as far as Undertow has not. */
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
