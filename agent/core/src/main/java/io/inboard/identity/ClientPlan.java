// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.TlsPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/** What both kinds of plan do alike. Safe for use by any thread. */
abstract class ClientPlan implements TlsPlan {
  private final String host;

  /** Made at first use, under this object's lock; an SSLContext must not be made before main. */
  private volatile SSLContext context;

  /**
   * @param host the logical host: in the server name and in messages
   */
  ClientPlan(String host) {
    this.host = host;
  }

  abstract SSLContext newContext() throws GeneralSecurityException;

  /**
   * The host by which the JDK keeps sessions, and identifies the peer where the plan asks it to.
   */
  abstract String peerHost(InetSocketAddress endpoint);

  final String host() {
    return host;
  }

  @Override
  public final SSLContext context() {
    SSLContext made = context;
    return made == null ? makeContext() : made;
  }

  private synchronized SSLContext makeContext() {
    if (context == null) {
      try {
        context = newContext();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JVM cannot make a TLS context: " + e.getMessage(), e);
      }
    }
    return context;
  }

  @Override
  public final SSLEngine engine(InetSocketAddress endpoint, List<String> applicationProtocols) {
    SSLEngine engine = context().createSSLEngine(peerHost(endpoint), endpoint.getPort());
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    configure(parameters, applicationProtocols);
    parameters.setAlgorithmConstraints(OneHandshake.of(engine));
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public final SSLSocket layer(Socket connected, List<String> applicationProtocols)
      throws IOException {
    InetSocketAddress endpoint = (InetSocketAddress) connected.getRemoteSocketAddress();
    SSLSocket socket =
        (SSLSocket)
            context()
                .getSocketFactory()
                .createSocket(connected, peerHost(endpoint), endpoint.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    configure(parameters, applicationProtocols);
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public final SSLSocket wrap(
      Socket connected, List<String> applicationProtocols, int handshakeMillis) throws IOException {
    try {
      int readTimeout = connected.getSoTimeout();
      SSLSocket socket = layer(connected, applicationProtocols);
      socket.setSoTimeout(handshakeMillis);
      socket.startHandshake();
      verify(socket.getSession());
      OneHandshake.wasThatOf(socket);
      socket.setSoTimeout(readTimeout);
      return socket;
    } catch (IOException | RuntimeException e) {
      String where = host + " at " + connected.getRemoteSocketAddress();
      close(connected);
      throw clear(e, where, handshakeMillis);
    }
  }

  /** The raw socket: closing the TLS one would first send close_notify, which may block. */
  private static void close(Socket connected) {
    try {
      connected.close();
    } catch (IOException e) {
      // The error that led here is the one to report.
    }
  }

  private static IOException clear(Exception e, String where, int handshakeMillis) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        SocketTimeoutException timeout =
            new SocketTimeoutException(
                "TLS handshake with " + where + " took longer than " + handshakeMillis + " ms");
        timeout.initCause(e);
        return timeout;
      }
    }
    String message = "TLS handshake with " + where + " failed: " + e.getMessage();
    if (e instanceof SSLPeerUnverifiedException) {
      SSLException unverified = new SSLPeerUnverifiedException(message);
      unverified.initCause(e);
      return unverified;
    }
    if (e instanceof IOException io && !(e instanceof SSLException)) {
      return io;
    }
    SSLException failed = new SSLHandshakeException(message);
    failed.initCause(e);
    return failed;
  }
}
