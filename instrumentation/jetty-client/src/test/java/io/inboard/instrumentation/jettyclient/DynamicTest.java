// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.FrameServer;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client whose transport speaks HTTP/1.1 and HTTP/2: below the mesh's TLS ALPN chooses, as it
 * does below the application's own.
 */
final class DynamicTest extends ClientHarness {
  private static final String OTHER = "spiffe://cluster.local/ns/shop/sa/other";
  private static final Request GET = Request.get(URL + "/");

  private static final Application HTTP_2_FIRST = application("h2", "http/1.1");
  private static final Application HTTP_1_FIRST = application("http/1.1", "h2");

  private Application application = HTTP_2_FIRST;

  private static Application application(String... protocols) {
    SslContextFactory.Client tls = new SslContextFactory.Client();
    tls.setSslContext(CLIENT.context());
    // Certificates of the mesh name no host.
    tls.setEndpointIdentificationAlgorithm(null);
    try {
      return DynamicTransport.application(tls, List.of(protocols));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    try {
      return application.sendAndWait(request);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private FrameServer http2Server() throws Exception {
    return closing(new FrameServer(SERVER));
  }

  private static TestEndpoint endpoint(InetSocketAddress address) {
    return TestEndpoint.secured(HOST, address, CLIENT, SERVER_ID);
  }

  private static List<String> versions(ScriptedCall call) {
    return call.attempts().stream().flatMap(a -> a.versions().stream()).toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void http2IsSpokenWhereTheServerSpeaksItWhateverIsNamedFirst(boolean http2First)
      throws Exception {
    application = http2First ? HTTP_2_FIRST : HTTP_1_FIRST;
    FrameServer server = http2Server();
    mesh.script(Script.to(endpoint(server.address())));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(send(Request.put(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.calls())
        .hasSize(2)
        .allSatisfy(
            call -> {
              assertThat(versions(call)).containsExactly("2");
              assertThat(call.attempts().get(0).connections())
                  .singleElement()
                  .satisfies(session -> assertThat(session).isPresent());
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void http1IsSpokenWhereTheServerSpeaksNothingElse(boolean http2First) throws Exception {
    application = http2First ? HTTP_2_FIRST : HTTP_1_FIRST;
    TestServer server = securedServer();
    mesh.script(Script.to(endpoint(server.address())));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(send(Request.put(URL + "/there", "body")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.received())
        .hasSize(2)
        .allSatisfy(
            r -> {
              assertThat(r.applicationProtocol()).isEqualTo("http/1.1");
              assertThat(r.peer()).contains(CLIENT_ID);
              assertThat(r.header("host")).contains(HOST + ":8080");
              assertThat(r.header("traceparent")).isPresent();
            });
    assertThat(mesh.calls()).allMatch(call -> versions(call).equals(List.of("1.1")));
  }

  @Test
  void eachAttemptSpeaksWhatItsServerSpeaks() throws Exception {
    FrameServer http2 = http2Server().answering(FrameServer.Reply.UNAVAILABLE);
    TestServer http1 = securedServer().answering(Answer.status(503), Answer.OK);
    TestEndpoint one = endpoint(http2.address());
    TestEndpoint two = endpoint(http1.address());
    mesh.script(Script.to(one, two, two, one));
    assertThat(send(Request.put(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(mesh.call().statuses()).containsExactly(503, 503, 200);
    assertThat(versions(mesh.call())).containsExactly("2", "1.1", "1.1");
    http2.answering(FrameServer.Reply.OK);
    http1.answering(Answer.status(503));
    mesh.script(Script.to(two, one));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(versions(mesh.calls().get(1))).containsExactly("1.1", "2");
    assertThat(http1.received()).hasSize(3).allMatch(r -> r.header("host").isPresent());
  }

  @Test
  void aVersionThatTheApplicationNamesIsNotNegotiated() throws Exception {
    assumeTrue(Application.is12(), "requests of 12");
    FrameServer http2 = http2Server();
    mesh.script(Script.to(endpoint(http2.address())));
    assertThat(send(HttpVersion.HTTP_2)).isEqualTo(200);
    assertThat(versions(mesh.calls().get(0))).containsExactly("2");
    TestServer http1 = securedServer();
    mesh.script(Script.to(endpoint(http1.address())));
    assertThat(send(HttpVersion.HTTP_1_1)).isEqualTo(200);
    assertThat(http1.received()).singleElement().matches(r -> r.method().equals("GET"));
    mesh.script(Script.to(endpoint(http2.address())));
    try {
      throw new AssertionError("HTTP/1.1 was answered with " + send(HttpVersion.HTTP_1_1));
    } catch (ExecutionException e) {
      assertThat(causedBy(e, SSLException.class)).as("%s", e).isTrue();
    }
    assertThat(http2.requests()).isEqualTo(1);
  }

  private static int send(HttpVersion version) throws Exception {
    return ((NewApplication) HTTP_2_FIRST)
        .request(GET)
        .version(version)
        .timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .send()
        .getStatus();
  }

  @Test
  void aServerWithAnotherIdentityGetsNoRequestByEitherVersion() throws Exception {
    FrameServer http2 = http2Server();
    TestServer http1 = securedServer();
    for (InetSocketAddress to : List.of(http2.address(), http1.address())) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, to, CLIENT, OTHER)));
      Throwable error = failure(GET);
      assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    }
    assertThat(http2.requests()).isZero();
    assertThat(http1.received()).isEmpty();
    assertThat(mesh.calls()).hasSize(2);
    assertThat(mesh.calls())
        .allMatch(call -> call.progress().equals(List.of(Progress.NOT_CONNECTED)));
  }

  @Test
  void aServerThatHangsUpDuringTheHandshakeIsNotConnectedAndTheNextOneIsAsked() throws Exception {
    ServerSocket broken = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread closing = new Thread(() -> closeOne(broken), "closing");
    closing.setDaemon(true);
    closing.start();
    FrameServer server = http2Server();
    InetSocketAddress address = (InetSocketAddress) broken.getLocalSocketAddress();
    mesh.script(Script.to(endpoint(address), endpoint(server.address())));
    assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(versions(mesh.call())).containsExactly("2");
  }

  /** Else Jetty's pool would wait for it, and open no other connection to this endpoint. */
  @Test
  void aHandshakeThatThePeerDoesNotAnswerIsGivenUp() throws Exception {
    ServerSocket silent = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    FrameServer server = http2Server();
    InetSocketAddress address = (InetSocketAddress) silent.getLocalSocketAddress();
    mesh.script(
        Script.to(endpoint(address), endpoint(server.address()))
            .connectTimeout(Duration.ofSeconds(2)));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    try (Socket given = silent.accept()) {
      given.setSoTimeout((int) PATIENCE.toMillis());
      assertThat(given.getInputStream().readAllBytes()).isNotEmpty();
    }
  }

  private static void closeOne(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      socket.getInputStream().read();
    } catch (IOException e) {
      // The test is over.
    }
  }

  /** The mesh looks on: TLS, and what is spoken within it, are the application's own. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ownHttpsToPlacesOutsideTheMeshStaysAsItIs(boolean watched) throws Exception {
    FrameServer http2 = http2Server();
    TestServer http1 = securedServer();
    mesh.script(watched ? Script.passThrough() : Script.untouchedCall());
    for (InetSocketAddress to : List.of(http2.address(), http1.address())) {
      String url = "https://127.0.0.1:" + to.getPort() + "/";
      assertThat(send(Request.get(url)).status()).isEqualTo(200);
    }
    assertThat(http2.requests()).isEqualTo(1);
    assertThat(http1.received())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.applicationProtocol()).isEqualTo("http/1.1");
              assertThat(r.header("traceparent").isPresent()).isEqualTo(watched);
            });
    if (watched) {
      assertThat(mesh.calls())
          .extracting(call -> versions(call))
          .containsExactly(List.of("2"), List.of("1.1"));
    }
  }

  /** Without TLS there is no ALPN: what is named first. */
  @Test
  void plaintextStaysAsItIs() throws Exception {
    application = HTTP_1_FIRST;
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(versions(mesh.call())).containsExactly("1.1");
  }
}
