// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.ClientHarness;
import io.inboard.contract.EchoServer;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.junit.jupiter.api.Test;

/** The opening handshake is a call of the mesh; what follows it is the application's own. */
final class WebSocketTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  @Test
  void framesGoBothWaysOverMutualTlsAsWithoutUs() throws Exception {
    List<String> without;
    try (EchoServer server = new EchoServer(Optional.empty())) {
      mesh.script(Script.untouchedCall());
      without = conversation("http://127.0.0.1:" + server.address().getPort());
    }
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
      assertThat(conversation(URL)).isEqualTo(without);
      assertThat(server.peer()).contains(CLIENT_ID);
      assertThat(server.head()).contains("Host: " + HOST + ":8080", "x-attempt: 1", "traceparent:");
    }
    assertThat(mesh.call().statuses()).containsExactly(101);
  }

  @Test
  void framesGoBothWaysWhereTheMeshOnlyLooksOn() throws Exception {
    try (EchoServer server = new EchoServer(Optional.empty())) {
      mesh.script(Script.passThrough());
      assertThat(conversation("http://127.0.0.1:" + server.address().getPort()))
          .contains("opened 101", "text h\u00e9llo", "closing 4001 enough");
      assertThat(server.head()).contains("traceparent:");
    }
    assertThat(mesh.call().statuses()).containsExactly(101);
  }

  @Test
  void aTimerThatStrikesAfterTheHandshakeEndsNoWebSocket() throws Exception {
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
      Heard heard = new Heard();
      WebSocket socket = open(URL, heard);
      assertThat(heard.next()).isEqualTo("opened 101");
      mesh.call().attempts().get(0).strike();
      socket.send("still here");
      assertThat(heard.next()).isEqualTo("text still here");
      socket.close(1000, "");
      assertThat(heard.next()).isEqualTo("closing 1000 ");
    }
  }

  private static List<String> conversation(String url) throws Exception {
    Heard heard = new Heard();
    WebSocket socket = open(url, heard);
    List<String> all = new ArrayList<>();
    all.add(heard.next());
    socket.send("h\u00e9llo");
    all.add(heard.next());
    socket.send(ByteString.of(new byte[70_000]));
    all.add(heard.next());
    socket.close(4001, "enough");
    all.add(heard.next());
    all.add(heard.next());
    return all;
  }

  private static WebSocket open(String url, WebSocketListener listener) {
    okhttp3.Request request = new okhttp3.Request.Builder().url(url + "/echo?a=b").build();
    return new OkHttpClient().newWebSocket(request, listener);
  }

  /** What the application's listener is told. */
  private static final class Heard extends WebSocketListener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      return heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void onOpen(WebSocket socket, okhttp3.Response response) {
      heard.add("opened " + response.code());
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
      heard.add("text " + text);
    }

    @Override
    public void onMessage(WebSocket socket, ByteString bytes) {
      heard.add("binary " + bytes.size());
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      heard.add("closing " + code + " " + reason);
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
      heard.add("closed " + code + " " + reason);
    }

    @Override
    public void onFailure(WebSocket socket, Throwable error, okhttp3.Response response) {
      heard.add("failed " + error);
    }
  }
}
