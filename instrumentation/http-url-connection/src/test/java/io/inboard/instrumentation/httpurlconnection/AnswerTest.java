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
import io.inboard.contract.Running;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers of the mesh, as an application sees them; and waiting for the mesh. */
final class AnswerTest extends ClientHarness {
  private static final byte[] BODY = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  private static Step.Answer answer(int status, String body) {
    return new Step.Answer(
        status, Map.of("x-inboard-fault", "abort"), body.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpURLConnection open() throws IOException {
    return (HttpURLConnection) URI.create(URL + "/path").toURL().openConnection();
  }

  private static String text(HttpURLConnection connection) throws IOException {
    return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void anAnswerIsAResponseLikeAnyOther() throws Exception {
    Steps call = new Steps(answer(200, "stored")).serve();
    HttpURLConnection connection = open();
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(connection.getResponseMessage()).isEqualTo("OK");
    assertThat(connection.getHeaderField("X-Inboard-Fault")).isEqualTo("abort");
    assertThat(connection.getHeaderFields()).containsKey("x-inboard-fault");
    assertThat(connection.getContentLength()).isEqualTo(6);
    assertThat(text(connection)).isEqualTo("stored");
    assertThat(connection.usingProxy()).isFalse();
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @Test
  void anErrorThatIsAnAnswerIsThrownAsTheLibraryThrows() throws Exception {
    Steps call = new Steps(answer(503, "overloaded")).serve();
    HttpURLConnection connection = open();
    assertThatThrownBy(connection::getInputStream)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Server returned HTTP response code: 503");
    assertThat(connection.getResponseCode()).isEqualTo(503);
    assertThat(connection.getResponseMessage()).isEqualTo("Service Unavailable");
    assertThat(new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("overloaded");
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @Test
  void aMissingPageIsAFileNotFound() throws Exception {
    new Steps(answer(404, "")).serve();
    assertThatThrownBy(open()::getInputStream).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void aRedirectThatIsAnAnswerIsFollowed() throws Exception {
    TestServer server = plainServer();
    Step.Answer redirect = new Step.Answer(302, Map.of("location", URL + "/there"), new byte[0]);
    new Steps(redirect, Steps.send(plain(server))).serve();
    HttpURLConnection connection = open();
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(connection.getURL().getPath()).isEqualTo("/there");
    assertThat(server.received().get(0).target()).isEqualTo("/there");
  }

  @Test
  void aRedirectThatTheApplicationDoesNotFollowIsHandedOver() throws Exception {
    new Steps(new Step.Answer(302, Map.of("location", URL + "/there"), new byte[0])).serve();
    HttpURLConnection connection = open();
    connection.setInstanceFollowRedirects(false);
    assertThat(connection.getResponseCode()).isEqualTo(302);
    assertThat(connection.getHeaderField("location")).isEqualTo(URL + "/there");
  }

  /** How an application says what it sends. */
  enum Mode {
    BUFFERED,
    FIXED,
    CHUNKED
  }

  private static HttpURLConnection post(Mode mode) throws IOException {
    HttpURLConnection connection = open();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    if (mode == Mode.FIXED) {
      connection.setFixedLengthStreamingMode(BODY.length);
    }
    if (mode == Mode.CHUNKED) {
      connection.setChunkedStreamingMode(512);
    }
    try (OutputStream out = connection.getOutputStream()) {
      out.write(BODY);
    }
    return connection;
  }

  @ParameterizedTest
  @EnumSource
  void aBodyForAnAnswerGoesNowhere(Mode mode) throws Exception {
    Steps call = new Steps(answer(200, "stored")).serve();
    HttpURLConnection connection = post(mode);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(text(connection)).isEqualTo("stored");
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aResponseIsReplacedByAnAnswer(Mode mode) throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    Steps call = new Steps(Steps.send(plain(server)), answer(200, "stored")).serve();
    HttpURLConnection connection = post(mode);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(connection.getHeaderField("content-type")).isNull();
    assertThat(text(connection)).isEqualTo("stored");
    assertThat(server.received()).hasSize(1);
    assertThat(call.heard()).containsExactly("503");
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aFailedConnectIsReplacedByAnAnswer(Mode mode) throws Exception {
    Steps call =
        new Steps(Steps.send(TestEndpoint.plain(HOST, refusing())), answer(200, "stored")).serve();
    HttpURLConnection connection = post(mode);
    assertThat(text(connection)).isEqualTo("stored");
    assertThat(call.heard()).containsExactly("NOT_CONNECTED");
  }

  @ParameterizedTest
  @EnumSource
  void aLostConnectionIsReplacedByAnAnswer(Mode mode) throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    Steps call = new Steps(Steps.send(plain(server)), answer(429, "later")).serve();
    HttpURLConnection connection = post(mode);
    assertThat(connection.getResponseCode()).isEqualTo(429);
    assertThat(new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("later");
    assertThat(call.heard()).containsExactly("SENT");
  }

  @Test
  void anAnswerToAHeadRequestAndOneWithoutContentHaveNoBody() throws Exception {
    new Steps(answer(200, "stored"), answer(204, "")).serve();
    HttpURLConnection head = open();
    head.setRequestMethod("HEAD");
    assertThat(head.getResponseCode()).isEqualTo(200);
    assertThat(head.getContentLength()).isEqualTo(6);
    assertThat(head.getInputStream().readAllBytes()).isEmpty();
    HttpURLConnection none = open();
    assertThat(none.getResponseCode()).isEqualTo(204);
    assertThat(none.getInputStream().readAllBytes()).isEmpty();
    assertThat(none.getHeaderField("content-length")).isNull();
  }

  @Test
  void disconnectingFromAnAnswerLeavesPooledConnectionsAlone() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    Steps call =
        new Steps(Steps.send(endpoint), Step.DELIVER, answer(200, "stored"), Steps.send(endpoint))
            .serve();
    text(open());
    HttpURLConnection connection = open();
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.disconnect();
    text(open());
    assertThat(server.connections()).isEqualTo(1);
    assertThat(call.heard()).containsExactly("200", "200");
  }

  /** The connection of a response that was discarded belongs to whoever takes it next. */
  @Test
  void aDisconnectAfterARefusedResponseClosesNobodyElsesConnection() throws Exception {
    TestServer server = plainServer();
    server.answering(Answer.status(503), Answer.status(200, "for another"));
    TestEndpoint endpoint = plain(server);
    new Steps(Steps.send(endpoint), new Step.Refuse(Step.Reason.THROTTLED, "orders: less")).serve();
    HttpURLConnection refused = open();
    assertThatThrownBy(refused::getInputStream).hasMessage("orders: less");
    new Steps(Steps.send(endpoint), Step.DELIVER).serve();
    HttpURLConnection other = open();
    assertThat(other.getResponseCode()).isEqualTo(200);
    refused.disconnect();
    assertThat(text(other)).isEqualTo("for another");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theCallWaitsUntilThereIsRoom() throws Exception {
    TestServer server = plainServer();
    CompletableFuture<Step> room = new CompletableFuture<>();
    Steps call = new Steps(new Step.Later(room)).serve();
    Running running = start(Request.get(URL + "/"));
    eventually(() -> room.getNumberOfDependents() > 0, () -> "somebody who waits");
    assertThat(server.connections()).isZero();
    room.complete(Steps.send(plain(server)));
    assertThat(running.response().get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(call.heard()).containsExactly("200");
  }

  @Test
  void aWaitMayEndInARefusal() throws Exception {
    new Steps(
            new Step.Later(
                CompletableFuture.completedFuture(
                    new Step.Refuse(Step.Reason.OVERFLOW, "orders: 2 calls wait already"))))
        .serve();
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(IOException.class)
        .hasMessage("orders: 2 calls wait already");
  }

  @Test
  void aWaitMayFollowAFailure() throws Exception {
    TestServer server = plainServer();
    Steps call =
        new Steps(
                Steps.send(TestEndpoint.plain(HOST, refusing())),
                new Step.Later(CompletableFuture.completedFuture(Steps.send(plain(server)))))
            .serve();
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(call.heard()).containsExactly("NOT_CONNECTED", "200");
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    CompletableFuture<Step> room = new CompletableFuture<>();
    Steps call = new Steps(new Step.Later(room)).serve();
    Running running = start(Request.get(URL + "/"));
    eventually(() -> room.getNumberOfDependents() > 0, () -> "somebody who waits");
    running.cancel().run();
    assertThatThrownBy(() -> running.response().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedIOException.class);
    assertThat(call.heard()).containsExactly("abandoned");
    assertThat(call.doneCount()).isEqualTo(1);
  }

  @Test
  void disconnectingEndsTheWait() throws Exception {
    CompletableFuture<Step> room = new CompletableFuture<>();
    Steps call = new Steps(new Step.Later(room)).serve();
    HttpURLConnection connection = open();
    Thread application =
        new Thread(() -> assertThatThrownBy(connection::connect).isInstanceOf(IOException.class));
    application.start();
    eventually(() -> room.getNumberOfDependents() > 0, () -> "somebody who waits");
    connection.disconnect();
    application.join(20_000);
    assertThat(application.isAlive()).isFalse();
    assertThat(call.heard()).containsExactly("abandoned");
  }

  @Test
  void disconnectingEndsTheWaitBeforeARepetition() throws Exception {
    Steps.Once never = new Steps.Once(Optional.empty(), true);
    Steps call =
        new Steps(
                Steps.send(TestEndpoint.plain(HOST, refusing())),
                new Step.Send(never, TimeUnit.HOURS.toNanos(1)))
            .serve();
    HttpURLConnection connection = open();
    Thread application =
        new Thread(() -> assertThatThrownBy(connection::connect).isInstanceOf(IOException.class));
    application.start();
    eventually(() -> call.heard().size() == 1, () -> "the failure");
    connection.disconnect();
    application.join(20_000);
    assertThat(application.isAlive()).isFalse();
    assertThat(call.heard()).containsExactly("NOT_CONNECTED", "abandoned");
  }

  @Test
  void theApplicationsConnectTimeoutBoundsTheWait() throws Exception {
    Steps call = new Steps(new Step.Later(new CompletableFuture<>())).serve();
    HttpURLConnection connection = open();
    connection.setConnectTimeout(100);
    assertThatThrownBy(connection::connect)
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("Connect timed out");
    assertThat(call.heard()).containsExactly("abandoned");
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalIsAnErrorOfTheLibrarysOwnKind(Step.Reason reason) throws Exception {
    new Steps(new Step.Refuse(reason, "orders: no")).serve();
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(IOException.class)
        .hasMessage("orders: no");
  }
}
