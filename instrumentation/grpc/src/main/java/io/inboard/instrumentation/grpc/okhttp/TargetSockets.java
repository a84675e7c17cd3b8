// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.okhttp;

import io.inboard.call.TlsPlan;
import io.inboard.call.client.Handshakes;
import io.inboard.call.client.SecuredSocket;
import io.inboard.instrumentation.grpc.client.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

/**
 * Sockets to endpoints, over those of the application's own factory. gRPC says address and port
 * apart, so an endpoint is known by its address object. On threads that may block.
 */
final class TargetSockets extends SocketFactory {
  private static final String HTTP_2 = "h2";
  private static final int HANDSHAKE_MILLIS = 10_000;

  private final SocketFactory own;

  TargetSockets(SocketFactory own) {
    this.own = own;
  }

  @Override
  public Socket createSocket(InetAddress address, int port) throws IOException {
    Target target = Target.of(address);
    if (target == null) {
      return own.createSocket(address, port);
    }
    Socket raw = own.createSocket();
    try {
      raw.connect(target, target.connectMillis());
      return target.plan().isPresent() ? secured(raw, target, target.plan().get()) : raw;
    } catch (IOException | RuntimeException | LinkageError e) {
      raw.close();
      throw e;
    }
  }

  private static Socket secured(Socket raw, Target target, TlsPlan plan) throws IOException {
    int bound = target.connectMillis() > 0 ? target.connectMillis() : HANDSHAKE_MILLIS;
    SSLSocket tls = plan.wrap(raw, List.of(HTTP_2), bound);
    Handshakes.requireAgreed(HTTP_2, tls.getApplicationProtocol());
    target.session(tls.getSession());
    return new SecuredSocket(tls, raw, target);
  }

  @Override
  public Socket createSocket() throws IOException {
    return own.createSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return own.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return own.createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localHost, int localPort)
      throws IOException {
    return own.createSocket(address, port, localHost, localPort);
  }
}
