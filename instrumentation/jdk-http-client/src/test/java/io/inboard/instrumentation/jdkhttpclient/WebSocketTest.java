// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.EchoServer;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The opening handshake is a call of the mesh; what follows it is the application's own. */
final class WebSocketTest extends JdkHarness {
  private static final URI ECHO = URI.create("ws://" + HOST + ":8080/echo?a=b");

  @Test
  void framesGoBothWaysOverMutualTlsToTheEndpoint() throws Throwable {
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
      Heard heard = new Heard();
      WebSocket socket = open(heard);
      assertThat(server.peer()).contains(CLIENT_ID);
      assertThat(server.head()).contains("Host: " + HOST + ":8080", "x-attempt: 1", "traceparent:");
      assertThat(mesh.call().statuses()).containsExactly(101);
      socket.sendText("héllo", true).get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("text héllo");
      socket.sendBinary(ByteBuffer.allocate(300_000), true).get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("binary 300000");
      socket.sendPing(ByteBuffer.allocate(4)).get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("pong 4");
      socket.sendClose(4001, "enough").get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("close 4001 enough");
    }
  }

  @Test
  void theServersCloseReachesTheApplication() throws Throwable {
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
      Heard heard = new Heard();
      open(heard).sendText("close me", true).get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("close 1008 as asked");
    }
  }

  @Test
  void aDeadEndpointIsLeftForAnother() throws Throwable {
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(
          Script.to(
              TestEndpoint.secured(HOST, refusing(), CLIENT, SERVER_ID),
              TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
      Heard heard = new Heard();
      open(heard).sendText("a", true).get(20, TimeUnit.SECONDS);
      assertThat(heard.next()).isEqualTo("text a");
      assertThat(server.head()).contains("x-attempt: 2", "Upgrade: websocket");
    }
  }

  @Test
  void anotherAnswerThanAnUpgradeIsTheApplicationsToSee() throws Exception {
    TestServer server = securedServer().answering(Answer.status(503));
    mesh.script(Script.to(secured(server), secured(server)));
    assertThatThrownBy(() -> open(new Heard()))
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(503));
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAnswerOfTheMeshIsAnErrorInPlainWords() {
    mesh.script(Script.answering(503, Map.of(), "full"));
    assertThatThrownBy(() -> open(new Heard()))
        .isInstanceOf(IOException.class)
        .hasMessage("no WebSocket: the answer is status 503");
  }

  @Test
  void theTimeToConnectIsTheApplications() throws Exception {
    TestServer silent = securedServer().answering(Answer.HANG);
    mesh.script(Script.to(secured(silent)));
    assertThatThrownBy(() -> open(new Heard())).isInstanceOf(HttpTimeoutException.class);
  }

  private WebSocket open(WebSocket.Listener listener) throws Throwable {
    try {
      return client
          .newWebSocketBuilder()
          .connectTimeout(Duration.ofSeconds(2))
          .buildAsync(ECHO, listener)
          .join();
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  /** What the application's listener is told. */
  private static final class Heard implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private int bytes;

    String next() throws InterruptedException {
      return heard.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add("text " + text);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      bytes += data.remaining();
      if (last) {
        heard.add("binary " + bytes);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      heard.add("pong " + data.remaining());
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      heard.add("close " + code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      heard.add("error " + error);
    }
  }
}
