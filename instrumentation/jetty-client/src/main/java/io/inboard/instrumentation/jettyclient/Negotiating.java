// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.NegotiatingClientConnection;

/**
 * What is above our TLS until the handshake is over; then HTTP/1.1 or HTTP/2 takes its place, as
 * ALPN has chosen. Loaded since 10. Jetty calls one method after the other.
 */
final class Negotiating extends NegotiatingClientConnection {
  private final Successor successor;

  private Negotiating(
      EndPoint decrypted, SSLEngine engine, Successor successor, Map<String, Object> context) {
    super(decrypted, successor.client.getExecutor(), engine, successor, context);
    this.successor = successor;
  }

  static Negotiating above(
      SecuredConnection secured,
      HttpClient client,
      SSLEngine engine,
      Awaited awaited,
      Map<String, Object> context) {
    Successor successor = new Successor(client, secured, awaited);
    return new Negotiating(secured.decrypted(), engine, successor, context);
  }

  /** The handshake is over, and the peer is whom we expect. */
  void agreed(String protocol) {
    completed(protocol);
  }

  @Override
  public void onOpen() {
    try {
      super.onOpen();
    } catch (Throwable e) {
      successor.awaited.failed(e);
      throw e;
    }
  }

  @Override
  public void onClose(Throwable cause) {
    super.onClose(cause);
    if (!successor.made) {
      successor.awaited.failed(
          cause == null ? new EOFException("closed during the handshake") : cause);
    }
  }

  /**
   * Makes what follows. Jetty before 12.1 closes the connection if that fails, and tells nobody.
   */
  private static final class Successor implements ClientConnectionFactory {
    private final HttpClient client;
    private final SecuredConnection secured;
    private final Awaited awaited;

    private volatile boolean made;

    Successor(HttpClient client, SecuredConnection secured, Awaited awaited) {
      this.client = client;
      this.secured = secured;
      this.awaited = awaited;
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
        throws IOException {
      try {
        if (!secured.isTrusted()) {
          throw new SSLHandshakeException("the connection ended before the handshake");
        }
        Connection next =
            Dynamic.factory(client, secured.protocol()).newConnection(endPoint, context);
        made = true;
        return next;
      } catch (Throwable e) {
        awaited.failed(e);
        throw e;
      }
    }
  }
}
