// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.TestIdentity;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/** Tomcat with HTTP/2 over mutual TLS. Remembers what arrived. */
final class Http2Server implements AutoCloseable {
  /** In place of a status: stays silent until the server ends. */
  static final int HANG = 0;

  private final Tomcat tomcat = new Tomcat();
  private final Connector connector = new Connector(new Http11NioProtocol());
  private final Queue<Integer> script = new ConcurrentLinkedQueue<>();
  private final CountDownLatch released = new CountDownLatch(1);
  final List<Arrived> arrived = new CopyOnWriteArrayList<>();

  static {
    Logger.getLogger("org.apache").setLevel(Level.WARNING);
  }

  /**
   * @param clientPort tells connections apart
   */
  record Arrived(String protocol, String host, String attempt, String body, int clientPort) {}

  Http2Server(TestIdentity identity, Integer... statuses) throws Exception {
    script.addAll(List.of(statuses));
    String base = TemporaryFiles.directory("http2-server").getPath();
    tomcat.setBaseDir(base);
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    connector.addUpgradeProtocol(new Http2Protocol());
    connector.setSecure(true);
    connector.setScheme("https");
    ((Http11NioProtocol) connector.getProtocolHandler()).setSSLEnabled(true);
    SSLHostConfig host = new SSLHostConfig();
    host.setCertificateVerification("required");
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setSslContext(new TomcatSslContext(identity.context()));
    host.addCertificate(certificate);
    connector.addSslHostConfig(host);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", base);
    if (context instanceof StandardContext standard) {
      // Searching for leaks needs packages of the JDK opened, and says so at length.
      standard.setClearReferencesObjectStreamClassCaches(false);
      standard.setClearReferencesRmiTargets(false);
      standard.setClearReferencesThreadLocals(false);
    }
    Tomcat.addServlet(context, "all", new Servlet());
    context.addServletMappingDecoded("/*", "all");
    tomcat.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), connector.getLocalPort());
  }

  long connections() {
    return arrived.stream().map(Arrived::clientPort).distinct().count();
  }

  @Override
  public void close() throws LifecycleException {
    released.countDown();
    tomcat.stop();
    tomcat.destroy();
  }

  private final class Servlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      arrived.add(
          new Arrived(
              request.getProtocol(),
              request.getServerName() + ":" + request.getServerPort(),
              request.getHeader("x-attempt"),
              body,
              request.getRemotePort()));
      Integer status = script.poll();
      if (status != null && status == HANG) {
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      response.setStatus(status == null || status == HANG ? 200 : status);
      response.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
    }
  }
}
