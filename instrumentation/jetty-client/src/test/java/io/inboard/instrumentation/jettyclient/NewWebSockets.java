// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.client.WebSocketClient;

/** With Jetty 12. */
final class NewWebSockets implements WebSockets {
  private final WebSocketClient client;

  NewWebSockets(SslContextFactory.Client tls) throws Exception {
    ClientConnector connector = new ClientConnector();
    connector.setSslContextFactory(tls);
    client = new WebSocketClient(new HttpClient(new HttpClientTransportOverHTTP(connector)));
    client.start();
  }

  @Override
  public Session open(URI uri, BlockingQueue<String> heard) throws Exception {
    org.eclipse.jetty.websocket.api.Session session =
        client.connect(new Listener(heard), uri).get(20, TimeUnit.SECONDS);
    return new Session() {
      @Override
      public void text(String text) {
        session.sendText(text, Callback.NOOP);
      }

      @Override
      public void binary(byte[] bytes) {
        session.sendBinary(ByteBuffer.wrap(bytes), Callback.NOOP);
      }

      @Override
      public void close(int code, String reason) {
        session.close(code, reason, Callback.NOOP);
      }
    };
  }

  @Override
  public void close() throws Exception {
    client.stop();
  }

  /** Public, as Jetty wants it. */
  public static final class Listener
      implements org.eclipse.jetty.websocket.api.Session.Listener.AutoDemanding {
    private final BlockingQueue<String> heard;

    Listener(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    public void onWebSocketOpen(org.eclipse.jetty.websocket.api.Session session) {
      heard.add("opened " + session.getUpgradeResponse().getStatusCode());
    }

    @Override
    public void onWebSocketText(String text) {
      heard.add("text " + text);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer bytes, Callback callback) {
      heard.add("binary " + bytes.remaining());
      callback.succeed();
    }

    @Override
    public void onWebSocketClose(int code, String reason) {
      heard.add("closed " + code + " " + reason);
    }

    @Override
    public void onWebSocketError(Throwable error) {
      heard.add("failed " + error);
    }
  }
}
