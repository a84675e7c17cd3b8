// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.EchoServer;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The opening handshake is a call of the mesh, and what refuses it is an answer. */
final class WebSocketTest extends ClientHarness {
  private static final String ADDRESS = "ws://" + HOST + ":8080/echo";

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  @Test
  void aRefusalIsAnAnswerWithItsStatus() throws Exception {
    TestServer server = plainServer().answering(Answer.status(403));
    mesh.script(Script.to(plain(server), plain(server)));
    assertThat(refusal()).hasMessageContaining("403");
    assertThat(mesh.call().statuses()).containsExactly(403);
    assertThat(mesh.call().failures()).isEmpty();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aRefusalThatEndsTheAttemptsIsWhatTheApplicationGets() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503), Answer.status(502));
    mesh.script(Script.to(plain(server), plain(server)));
    assertThat(refusal()).hasMessageContaining("502");
    assertThat(mesh.call().statuses()).containsExactly(503, 502);
  }

  @Test
  void aRefusalIsRepeatedForItsStatusAndFramesThenGoBothWays() throws Exception {
    TestServer refusing = plainServer().answering(Answer.status(503));
    try (EchoServer echo = new EchoServer(SERVER)) {
      mesh.script(
          Script.to(
              plain(refusing), TestEndpoint.secured(HOST, echo.address(), CLIENT, SERVER_ID)));
      assertThat(conversation()).isEqualTo("h\u00e9llo");
      assertThat(echo.peer()).contains(CLIENT_ID);
    }
    assertThat(mesh.call().statuses()).containsExactly(503, 101);
    assertThat(mesh.call().failures()).isEmpty();
  }

  @Test
  void aRefusalThatTheLibraryFindsTooLongIsNotTakenForNone() throws Exception {
    TestServer server = plainServer().answering(Answer.status(403, "x".repeat(9_000)));
    mesh.script(Script.to(plain(server), plain(server)));
    failure();
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aRedirectOfTheHandshakeHasItsOwnStatus() throws Exception {
    TestServer server =
        plainServer().answering(Answer.redirect(302, ADDRESS + "?there"), Answer.status(403));
    mesh.script(Script.to(plain(server)));
    assertThat(refusal()).hasMessageContaining("403");
    assertThat(mesh.calls()).hasSize(2);
    assertThat(mesh.calls().get(0).statuses()).containsExactly(302);
    assertThat(mesh.calls().get(1).statuses()).containsExactly(403);
  }

  @Test
  void noAnswerIsAFailedAttempt() throws Exception {
    TestServer server =
        plainServer().answering(TestServer.Connection::close, TestServer.Connection::close);
    mesh.script(Script.to(plain(server), plain(server)));
    failure();
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT, Progress.SENT);
  }

  private static Throwable refusal() throws Exception {
    Throwable error = failure();
    assertThat(error).isInstanceOf(WebSocketClientHandshakeException.class);
    return error;
  }

  private static Throwable failure() throws Exception {
    try {
      throw new AssertionError("expected an error, but got " + conversation());
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** What comes back. */
  private static String conversation() throws Exception {
    return HttpClient.create(ConnectionProvider.newConnection())
        .followRedirect(true)
        .websocket()
        .uri(ADDRESS)
        .handle(
            (in, out) ->
                out.sendString(Mono.just("h\u00e9llo"))
                    .then()
                    .thenMany(in.receive().asString().take(1)))
        .next()
        .toFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
