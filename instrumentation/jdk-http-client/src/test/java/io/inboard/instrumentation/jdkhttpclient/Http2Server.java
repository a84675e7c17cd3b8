// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.TestIdentity;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.PushBuilder;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

/**
 * Tomcat with HTTP/2, over mutual TLS by ALPN or in plaintext by prior knowledge and upgrade. Does
 * what a test scripts, in the order in which requests arrive, and remembers what arrived.
 */
final class Http2Server implements AutoCloseable {
  private final Tomcat tomcat = new Tomcat();
  private final Connector connector;
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);

  static {
    Logger.getLogger("org.apache").setLevel(Level.WARNING);
  }

  private Http2Server(Optional<TestIdentity> identity) throws IOException, LifecycleException {
    File base = TemporaryFiles.directory("http2-server");
    tomcat.setBaseDir(base.getPath());
    tomcat.setPort(0);
    connector = new Connector(new Http11NioProtocol());
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    Http2Protocol http2 = new Http2Protocol();
    // Small frames are no attack here, nor is a reset of a redirect that was read to its head.
    http2.setOverheadCountFactor(0);
    http2.setOverheadResetFactor(0);
    http2.setOverheadDataThreshold(0);
    connector.addUpgradeProtocol(http2);
    identity.ifPresent(this::secure);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", base.getPath());
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

  static Http2Server secured(TestIdentity identity) throws Exception {
    return new Http2Server(Optional.of(identity));
  }

  static Http2Server plain() throws Exception {
    return new Http2Server(Optional.empty());
  }

  private void secure(TestIdentity identity) {
    connector.setSecure(true);
    connector.setScheme("https");
    Http11NioProtocol protocol = (Http11NioProtocol) connector.getProtocolHandler();
    protocol.setSSLEnabled(true);
    SSLHostConfig host = new SSLHostConfig();
    host.setCertificateVerification("required");
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setSslContext(new TomcatSslContext(identity.context()));
    host.addCertificate(certificate);
    connector.addSslHostConfig(host);
  }

  Http2Server answering(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), connector.getLocalPort());
  }

  List<Arrived> arrived() {
    return List.copyOf(arrived);
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

  /**
   * What arrived.
   *
   * @param clientPort tells connections apart
   */
  record Arrived(
      String protocol,
      String target,
      String host,
      List<String> traceparents,
      String attempt,
      String body,
      Optional<String> peer,
      int clientPort) {}

  /** What to do with a request. */
  interface Reply {
    void to(HttpServletResponse response) throws IOException;

    static Reply status(int status) {
      return response -> {
        response.setStatus(status);
        write(response, "answer " + status);
      };
    }

    static Reply redirect(String location) {
      return response -> {
        response.setStatus(302);
        response.setHeader("Location", location);
      };
    }
  }

  /** Stays silent until the server ends. */
  Reply hang() {
    return response -> await();
  }

  /** Sends a part of the body, then stays silent until the server ends. */
  Reply hangInBody() {
    return response -> {
      response.setContentLength(100);
      write(response, "part");
      response.flushBuffer();
      await();
    };
  }

  /**
   * A 503 whose head is sent at once, and its body after that.
   *
   * @param resets counts one more where the client has reset the stream by then
   */
  static Reply slow503(Runnable between, AtomicInteger resets) {
    return response -> {
      response.setStatus(503);
      response.flushBuffer();
      between.run();
      try {
        write(response, "answer 503");
        response.flushBuffer();
      } catch (IOException e) {
        resets.incrementAndGet();
      }
    };
  }

  /** A 503 whose body hangs. */
  Reply hangInBodyOf503() {
    return response -> {
      response.setStatus(503);
      hangInBody().to(response);
    };
  }

  /** A 503 with a body that ends when nobody reads it any more, which it tells. */
  static Reply endless503(CountDownLatch stopped) {
    return response -> {
      response.setStatus(503);
      try {
        while (true) {
          write(response, "0123456789abcdef".repeat(64));
          response.flushBuffer();
        }
      } catch (IOException e) {
        stopped.countDown();
      }
    };
  }

  private void await() throws IOException {
    try {
      if (!released.await(60, TimeUnit.SECONDS)) {
        throw new IOException("the test forgot its server");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void write(HttpServletResponse response, String text) throws IOException {
    response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private final class Servlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      // Of a pushed request there is no stream to read.
      boolean pushed = request.getRequestURI().startsWith("/pushed");
      byte[] body = pushed ? new byte[0] : request.getInputStream().readAllBytes();
      arrived.add(
          new Arrived(
              request.getProtocol(),
              request.getRequestURI(),
              request.getServerName() + ":" + request.getServerPort(),
              Collections.list(request.getHeaders("traceparent")),
              request.getHeader("x-attempt"),
              new String(body, StandardCharsets.UTF_8),
              peer(request),
              request.getRemotePort()));
      push(request);
      Reply reply = script.poll();
      (reply == null ? Reply.status(200) : reply).to(response);
    }

    /** Before its response a request for /pushing gets two others that it did not ask for. */
    @SuppressWarnings("deprecation") // Clients still take them.
    private static void push(HttpServletRequest request) {
      PushBuilder push =
          request.getRequestURI().equals("/pushing") ? request.newPushBuilder() : null;
      if (push != null) {
        push.path("/pushed/1").push();
        push.path("/pushed/2").push();
      }
    }

    private static Optional<String> peer(HttpServletRequest request) {
      X509Certificate[] chain =
          (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
      try {
        return chain == null
            ? Optional.empty()
            : chain[0].getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .findFirst();
      } catch (CertificateParsingException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
