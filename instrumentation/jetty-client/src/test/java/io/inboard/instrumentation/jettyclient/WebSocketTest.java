// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.EchoServer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.SocketGuard;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Jetty's WebSocket client: the opening handshake is a call of the mesh; what follows it is the
 * application's own.
 */
final class WebSocketTest extends MeshHarness {
  private static final URI ADDRESS = URI.create("ws://" + HOST + ":8080/echo?a=b");

  private final SocketGuard sockets = new SocketGuard();

  @AfterEach
  void watchNothing() {
    sockets.close();
  }

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  private static TestEndpoint endpoint(InetSocketAddress address) {
    return TestEndpoint.secured(HOST, address, CLIENT, SERVER_ID);
  }

  private static URI plain(EchoServer server) {
    return URI.create("ws://127.0.0.1:" + server.address().getPort() + "/echo?a=b");
  }

  /** Without its end over TLS, whoever's it is: Jetty may lose what the server has said at last. */
  private static List<String> conversation(URI uri) throws Exception {
    SslContextFactory.Client tls = new SslContextFactory.Client();
    tls.setSslContext(CLIENT.context());
    // Certificates of the mesh name no host.
    tls.setEndpointIdentificationAlgorithm(null);
    List<String> all = WebSockets.conversation(uri, tls);
    assertThat(all).hasSize(4);
    boolean plaintext = uri.getHost().equals("127.0.0.1") && uri.getScheme().equals("ws");
    return plaintext ? all : all.subList(0, 3);
  }

  @Test
  void framesGoBothWaysOverMutualTlsAsOverTlsOfTheApplicationsOwn() throws Exception {
    List<String> without;
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.untouchedCall());
      without = conversation(URI.create("wss" + plain(server).toString().substring(2)));
      assertThat(server.head()).doesNotContain("traceparent:");
    }
    assertThat(without).startsWith("opened 101", "text h\u00e9llo", "binary 30000");
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(endpoint(server.address())));
      assertThat(conversation(ADDRESS)).isEqualTo(without);
      assertThat(server.peer()).contains(CLIENT_ID);
      assertThat(server.head())
          .startsWith("GET /echo?a=b HTTP/1.1")
          .contains("Host: " + HOST + ":8080", "x-attempt: 1", "traceparent:");
    }
    assertThat(mesh.call().statuses()).containsExactly(101);
  }

  @Test
  void framesGoBothWaysWhereTheMeshOnlyLooksOn() throws Exception {
    try (EchoServer server = new EchoServer(Optional.empty())) {
      mesh.script(Script.passThrough());
      assertThat(conversation(plain(server)))
          .containsExactly("opened 101", "text h\u00e9llo", "binary 30000", "closed 4001 enough");
      assertThat(server.head()).contains("traceparent:");
    }
    assertThat(mesh.call().statuses()).containsExactly(101);
  }

  @Test
  void aTimerThatStrikesAfterTheHandshakeEndsNoWebSocket() throws Exception {
    try (EchoServer server = new EchoServer(SERVER);
        WebSockets client = WebSockets.start(new SslContextFactory.Client())) {
      mesh.script(Script.to(endpoint(server.address())));
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      WebSockets.Session session = client.open(ADDRESS, heard);
      assertThat(WebSockets.next(heard)).isEqualTo("opened 101");
      mesh.call().attempts().get(0).strike();
      session.text("still here");
      assertThat(WebSockets.next(heard)).isEqualTo("text still here");
      session.close(1000, "");
    }
  }

  @Test
  void aHandshakeThatIsRefusedIsRepeatedForItsStatus() throws Exception {
    TestServer refusing = plainServer().answering(Answer.status(503));
    try (EchoServer server = new EchoServer(SERVER)) {
      mesh.script(Script.to(plain(refusing), endpoint(server.address())));
      assertThat(conversation(ADDRESS)).contains("text h\u00e9llo");
      assertThat(server.head()).contains("x-attempt: 2");
    }
    assertThat(mesh.call().statuses()).containsExactly(503, 101);
    assertThat(refusing.received().get(0).all("sec-websocket-key")).hasSize(1);
  }

  @Test
  void aServerWithAnotherIdentityGetsNoHandshake() throws Exception {
    TestServer server = securedServer();
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    try {
      throw new AssertionError("opened: " + conversation(ADDRESS));
    } catch (ExecutionException e) {
      assertThat(causedBy(e, SSLException.class)).as("%s", e).isTrue();
    }
    assertThat(server.received()).isEmpty();
  }

  /** Whoever is known to no hook would be refused, and listed. */
  @Test
  void itIsNoUnknownClient() throws Exception {
    CA.issue(CLIENT_ID).save(directory);
    try (EchoServer server = new EchoServer(ORDERS)) {
      mesh("", sockets.guard(identity(), "REFUSE", server.address()));
      assertThat(conversation(ADDRESS)).startsWith("opened 101", "text h\u00e9llo", "binary 30000");
      assertThat(server.peer()).contains(CLIENT_ID);
      assertThat(server.head()).contains("traceparent:");
    }
    assertThat(sockets.counts()).isEqualTo("[]");
  }
}
