// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link ClientContract} that tells what the application gets when the mesh refuses,
 * answers by itself or lets wait.
 */
abstract class ClientAnswerContract extends ClientHarness {
  static final String BODY = "0123456789abcdef".repeat(4096);

  // Refusals

  @Test
  void aRefusalIsAnErrorOfTheLibrarysKind() throws Exception {
    for (Step.Reason reason :
        new Step.Reason[] {
          Step.Reason.CIRCUIT_OPEN,
          Step.Reason.NO_ENDPOINT,
          Step.Reason.OVERFLOW,
          Step.Reason.THROTTLED
        }) {
      mesh.script(Script.refusing(reason, "orders: nothing was sent, " + reason));
      assertThat(failure(Request.get(URL + "/")))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(timeoutError())
          .hasMessageContaining("orders: nothing was sent, " + reason);
      assertThat(failure(Request.post(URL + "/", BODY)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("orders: nothing was sent, " + reason);
    }
    mesh.script(Script.refusing(Step.Reason.TIMEOUT, "orders: time is up"));
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(timeoutError())
        .hasMessageContaining("orders: time is up");
  }

  @Test
  void aPeerThatIsNotTrustedIsAnSslException() throws Exception {
    mesh.script(Script.refusing(Step.Reason.UNTRUSTED, "orders: no certificate"));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(error).isInstanceOf(IOException.class).hasMessageContaining("no certificate");
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
  }

  // Answers

  @Test
  void anAnswerOfTheMeshIsAResponseLikeAnyOther() throws Exception {
    mesh.script(Script.answering(200, Map.of("content-type", "text/plain"), BODY));
    Response response = send(Request.get(URL + "/"));
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).isEqualTo(BODY);
    assertThat(send(Request.post(URL + "/", BODY)).text()).isEqualTo(BODY);
    assertThat(mesh.calls()).allMatch(call -> call.attempts().isEmpty());
  }

  @Test
  void anAnswerMayBeAnErrorOrHaveNoBody() throws Exception {
    mesh.script(Script.answering(503, Map.of("retry-after", "1"), "not today"));
    Response response = send(Request.get(URL + "/"));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.text()).isEqualTo("not today");
    mesh.script(Script.answering(404, Map.of(), ""));
    response = send(Request.get(URL + "/"));
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.text()).isEmpty();
    mesh.script(Script.answering(204, Map.of(), ""));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(204);
  }

  @Test
  void anAnswerTakesThePlaceOfAResponseThatWasNotGoodEnough() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503, BODY));
    mesh.script(Script.to(plain(server)).thenAnswering(200, Map.of(), "instead"));
    Response response = send(Request.get(URL + "/"));
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).isEqualTo("instead");
    assertThat(mesh.call().statuses()).containsExactly(503);
  }

  @Test
  void anAnswerTakesThePlaceOfAnError() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.to(plain(server)).thenAnswering(203, Map.of(), "instead"));
    Response response = send(Request.post(URL + "/", BODY));
    assertThat(response.status()).isEqualTo(203);
    assertThat(response.text()).isEqualTo("instead");
    mesh.script(
        Script.to(TestEndpoint.plain(HOST, refusing())).thenAnswering(200, Map.of(), "instead"));
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo("instead");
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  // Waiting

  @Test
  void aCallWaitsForItsTurn() throws Exception {
    TestServer server = plainServer();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.to(plain(server)).waitingFor(gate));
    Running running = start(Request.post(URL + "/", BODY));
    eventually(() -> !mesh.calls().isEmpty(), () -> "the call");
    assertThat(server.received()).isEmpty();
    gate.complete(null);
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
    assertThat(server.received()).singleElement().matches(r -> r.text().equals(BODY));
  }

  @Test
  void aRepetitionWaitsForItsTurn() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    CompletableFuture<Void> gate = new CompletableFuture<>();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).waitingForRepetitions(gate));
    Running running = start(Request.get(URL + "/"));
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "the 503");
    assertThat(server.received()).hasSize(1);
    gate.complete(null);
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
  }

  @Test
  void aWaitMayEndInARefusalOrInAnAnswer() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.refusing(Step.Reason.OVERFLOW, "orders: too long").waitingFor(gate));
    Running running = start(Request.get(URL + "/"));
    eventually(() -> !mesh.calls().isEmpty(), () -> "the call");
    gate.complete(null);
    assertThat(running.response())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .withMessageContaining("orders: too long");
    CompletableFuture<Void> other = new CompletableFuture<>();
    mesh.script(Script.answering(200, Map.of(), "instead").waitingFor(other));
    running = start(Request.get(URL + "/"));
    eventually(() -> mesh.calls().size() == 2, () -> "the call");
    other.complete(null);
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).text())
        .isEqualTo("instead");
  }

  @Test
  void aCallThatWaitsCanBeGivenUp() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = plainServer();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.to(plain(server)).waitingFor(gate));
    Running running = start(Request.get(URL + "/"));
    eventually(() -> !mesh.calls().isEmpty(), () -> "the call");
    running.cancel().run();
    eventually(running.response()::isDone, () -> "the end of the request");
    assertThat(running.response().isCompletedExceptionally()).isTrue();
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    gate.complete(null);
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(server.received()).isEmpty();
  }
}
