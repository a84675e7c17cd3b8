// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Step;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.Test;

/** What this library does in its own way, and keeps doing under the mesh. */
final class JdkHabitsTest extends ClientHarness {
  private static final byte[] BODY = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  private static HttpURLConnection open(String url) throws IOException {
    return (HttpURLConnection) URI.create(url).toURL().openConnection();
  }

  @Test
  void itsOwnTlsIsLeftAloneButForTheHeaders() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(plainServer())));
    HttpsURLConnection connection =
        (HttpsURLConnection) open("https://127.0.0.1:" + server.port() + "/");
    connection.setSSLSocketFactory(SERVER.context().getSocketFactory());
    connection.setHostnameVerifier((host, session) -> true);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(server.received().get(0).peer()).contains(SERVER_ID);
    assertThat(server.received().get(0).header("traceparent")).isPresent();
    assertThat(mesh.call().request().scheme()).isEqualTo("https");
    assertThat(mesh.call().statuses()).containsExactly(200);
  }

  @Test
  void aHandshakeOfItsOwnThatFailsIsReported() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.passThrough());
    HttpURLConnection connection = open("https://127.0.0.1:" + server.port() + "/");
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    assertThat(mesh.call().failures()).hasSize(1);
  }

  @Test
  void aProxyIsLeftAloneButForTheHeaders() throws Exception {
    TestServer proxy = plainServer();
    mesh.script(Script.to(plain(plainServer())));
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(URL + "/behind")
                .toURL()
                .openConnection(new Proxy(Proxy.Type.HTTP, proxy.address()));
    connection.getInputStream().readAllBytes();
    assertThat(proxy.received().get(0).target()).isEqualTo(URL + "/behind");
    assertThat(proxy.received().get(0).header("x-attempt")).contains("1");
    assertThat(mesh.call().request().proxied()).isTrue();
  }

  @Test
  void aProxySelectorIsAskedToo() throws Exception {
    mesh.script(Script.to(plain(plainServer())));
    System.setProperty("http.proxyHost", "127.0.0.1");
    TestServer proxy = plainServer();
    System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
    try {
      open(URL + "/behind").getInputStream().readAllBytes();
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
    assertThat(proxy.received().get(0).target()).isEqualTo(URL + "/behind");
  }

  @Test
  void outsideTheMeshItsSecondTryStaysAndAsksForHeadersAgain() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough());
    open("http://127.0.0.1:" + server.port() + "/").getInputStream().readAllBytes();
    assertThat(server.received()).hasSize(2);
    assertThat(server.received()).allMatch(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.call().attempts().get(0).headerWrites()).isEqualTo(2);
    assertThat(mesh.call().statuses()).containsExactly(200);
  }

  @Test
  void aConnectionThatRestedAndWasClosedIsFoundDeadBeforeAPostIsSent() throws Exception {
    TestServer server = plainServer().answering(Answer.OK_THEN_CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint));
    open(URL + "/").getInputStream().readAllBytes();
    Thread.sleep(1100);
    assertThat(send(Request.post(URL + "/", "once")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(2);
    assertThat(mesh.calls().get(1).failures()).isEmpty();
  }

  @Test
  void aConnectionThatRestedAndLivesIsUsed() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(server)));
    open(URL + "/").getInputStream().readAllBytes();
    Thread.sleep(1100);
    assertThat(send(Request.post(URL + "/", "once")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aChunkedBodyArrivesWhole() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing()), plain(server)));
    HttpURLConnection connection = open(URL + "/");
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(1000);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(BODY);
    }
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(server.received().get(0).body()).isEqualTo(BODY);
    assertThat(mesh.call().request().body())
        .isEqualTo(io.inboard.call.OutboundRequest.Body.ONE_SHOT);
  }

  @Test
  void anExpectedContinueIsNoResponse() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    HttpURLConnection connection = open(URL + "/");
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setRequestProperty("Expect", "100-Continue");
    connection.setFixedLengthStreamingMode(BODY.length);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(BODY);
    }
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(server.received().get(0).body()).isEqualTo(BODY);
    assertThat(mesh.call().statuses()).containsExactly(200);
  }

  @Test
  void aRedirectIsACallOfItsOwn() throws Exception {
    TestServer server = plainServer().answering(Answer.redirect(302, URL + "/there"));
    mesh.script(Script.to(plain(server)));
    HttpURLConnection connection = open(URL + "/here");
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.getOutputStream().write(BODY);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(mesh.calls()).hasSize(2);
    assertThat(mesh.calls().get(0).statuses()).containsExactly(302);
    assertThat(mesh.calls().get(1).request().target()).isEqualTo("/there");
    assertThat(mesh.calls().get(1).request().method()).isEqualTo("GET");
    assertThat(server.received().get(1).method()).isEqualTo("GET");
  }

  @Test
  void aConnectThatMayBecomeAPostIsNoGet() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpURLConnection connection = open(URL + "/");
    connection.setDoOutput(true);
    connection.connect();
    assertThat(mesh.call().request().method()).isEqualTo("POST");
    connection.getOutputStream().write(1);
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(1).allMatch(r -> r.method().equals("POST"));
  }

  @Test
  void aGetThatOnlySaysItHasOutputIsAGet() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    HttpURLConnection connection = open(URL + "/");
    connection.setDoOutput(true);
    connection.getInputStream().readAllBytes();
    assertThat(server.received().get(0).method()).isEqualTo("GET");
    assertThat(mesh.call().request().method()).isEqualTo("GET");
  }

  @Test
  void aHeadRequestIsRepeatedAndEnds() throws Exception {
    Answer none = c -> c.write("HTTP/1.1 503 No\r\nContent-Length: 7\r\n\r\n");
    Answer some = c -> c.write("HTTP/1.1 200 Yes\r\nContent-Length: 7\r\n\r\n");
    TestServer server = plainServer().answering(none, some);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpURLConnection connection = open(URL + "/");
    connection.setRequestMethod("HEAD");
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theApplicationsOwnViewOfItsRequestStaysClean() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    HttpURLConnection connection = open(URL + "/");
    connection.getInputStream().readAllBytes();
    assertThat(connection.getRequestProperty("traceparent")).isNull();
  }

  @Test
  void anotherAttemptThatTheApplicationWouldNotAwaitIsNotBegun() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(Duration.ofHours(1)));
    Response response = send(Request.get(URL + "/").readTimeout(Duration.ofSeconds(20)));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.text()).isEqualTo("answer 503");
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void theApplicationsConnectTimeoutBoundsTheHandshake() throws Exception {
    var silent = closing(new java.net.ServerSocket(0, 5, plainServer().address().getAddress()));
    var address = (InetSocketAddress) silent.getLocalSocketAddress();
    TestServer other = securedServer();
    mesh.script(Script.to(TestEndpoint.secured(HOST, address, CLIENT, SERVER_ID), secured(other)));
    assertThat(failure(Request.get(URL + "/").connectTimeout(Duration.ofMillis(300))))
        .isInstanceOf(IOException.class);
    assertThat(other.received()).isEmpty();
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void anInterruptEndsTheWaitForAnotherAttempt() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(Duration.ofHours(1)));
    boolean[] interrupted = new boolean[1];
    Response[] response = new Response[1];
    Thread application =
        new Thread(
            () -> {
              try {
                response[0] = send(Request.get(URL + "/"));
                interrupted[0] = Thread.interrupted();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    application.start();
    eventually(() -> application.getState() == Thread.State.TIMED_WAITING, () -> "the wait");
    application.interrupt();
    application.join(PATIENCE.toMillis());
    assertThat(response[0].status()).isEqualTo(503);
    assertThat(interrupted[0]).as("the interrupt is kept").isTrue();
  }

  @Test
  void aBodyThatTheMeshCutsOffIsATimeout() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(plain(server)));
    HttpURLConnection connection = open(URL + "/");
    var body = connection.getInputStream();
    assertThat(body.readNBytes(3)).hasSize(3);
    mesh.call().attempts().get(0).expireCall();
    assertThatThrownBy(body::read).isInstanceOf(SocketTimeoutException.class);
    connection.disconnect();
  }

  @Test
  void aTimerThatStrikesLateHitsNobodyElse() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    open(URL + "/").getInputStream().readAllBytes();
    mesh.calls().get(0).attempts().get(0).strike();
    assertThat(send(Request.post(URL + "/", "x")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void anUnreadResponseEndsItsCallWithTheConnection() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    assertThat(open(URL + "/").getResponseCode()).isEqualTo(200);
    ScriptedCall call = mesh.call();
    eventually(
        () -> {
          System.gc();
          try {
            open(URL + "/").getInputStream().close();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return call.doneCount() == 1;
        },
        () -> "the end of " + call);
    assertThat(call.wasAbandoned()).isFalse();
  }

  @Test
  void aRefusalAfterAResponseIsAnErrorAndTheResponseIsNotSeen() throws Exception {
    mesh.script(
        Script.to(TestEndpoint.plain(HOST, refusing()))
            .thenRefusing(Step.Reason.NO_ENDPOINT, "orders: nobody is left"));
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(InterruptedIOException.class)
        .hasMessage("orders: nobody is left")
        .hasCauseInstanceOf(java.net.ConnectException.class);
  }
}
