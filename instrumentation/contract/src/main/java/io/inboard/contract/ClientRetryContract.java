// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link ClientContract} that tells what is sent again, for how long, and what never.
 */
abstract class ClientRetryContract extends ClientAnswerContract {
  // Repetition

  @Test
  @Shows(Feature.RETRIES)
  void aBodyThatTheLibraryHoldsArrivesWholeEachTime() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer().answering(Answer.CLOSE);
    TestServer third = plainServer();
    mesh.script(Script.to(plain(first), plain(second), plain(third)));
    assertThat(send(Request.put(URL + "/", BODY)).status()).isEqualTo(200);
    assertThat(first.received().get(0).text()).isEqualTo(BODY);
    assertThat(second.received().get(0).text()).isEqualTo(BODY);
    assertThat(third.received().get(0).text()).isEqualTo(BODY);
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
  }

  @Test
  void theConnectionOfAResponseThatNobodySeesIsKept() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503), Answer.status(503, ""));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(3);
    assertThat(server.connections()).isLessThanOrEqualTo(2);
  }

  @Test
  @Shows(Feature.RETRIES)
  void whenRetriesAreUsedUpTheApplicationGetsTheLastResponse() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503, "a"), Answer.status(503, "b"));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    Response response = send(Request.get(URL + "/"));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.text()).isEqualTo("b");
  }

  @Test
  void aBodyThatCanBeReadOnceIsNotRepeated() throws Exception {
    needs(Capability.ONE_SHOT_BODY);
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)));
    assertThat(send(Request.put(URL + "/", BODY).streamed()).status()).isEqualTo(503);
    assertThat(first.received().get(0).text()).isEqualTo(BODY);
    assertThat(second.received()).isEmpty();
  }

  @Test
  void aBodyThatCanBeReadOnceGoesElsewhereWhenNothingWasSent() throws Exception {
    needs(Capability.ONE_SHOT_BODY);
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing()), plain(server)));
    assertThat(send(Request.post(URL + "/", BODY).streamed()).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(server.received().get(0).text()).isEqualTo(BODY);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void aBodyThatCanBeReadOnceIsKeptWhileItIsSentAndThenRepeated() throws Exception {
    needs(Capability.KEPT_BODY);
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer().answering(Answer.CLOSE);
    TestServer third = plainServer();
    mesh.script(Script.to(plain(first), plain(second), plain(third)).keeping(BODY.length()));
    assertThat(send(Request.put(URL + "/", BODY).streamed()).status()).isEqualTo(200);
    assertThat(first.received().get(0).text()).isEqualTo(BODY);
    assertThat(second.received().get(0).text()).isEqualTo(BODY);
    assertThat(third.received().get(0).text()).isEqualTo(BODY);
    assertThat(mesh.call().askedToKeep().stream().mapToInt(i -> i).sum()).isEqualTo(BODY.length());
  }

  @Test
  void aBodyThatGrowsTooLongToKeepIsSentOnceAndWhole() throws Exception {
    needs(Capability.KEPT_BODY);
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)).keeping(BODY.length() - 1));
    assertThat(send(Request.put(URL + "/", BODY).streamed()).status()).isEqualTo(503);
    assertThat(first.received().get(0).text()).isEqualTo(BODY);
    assertThat(second.received()).isEmpty();
  }

  @Test
  void aBodyThatTheLibraryHoldsIsNotCopied() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).keeping(1 << 20));
    assertThat(send(Request.put(URL + "/", BODY)).status()).isEqualTo(200);
    assertThat(mesh.call().askedToKeep()).isEmpty();
  }

  @Test
  @Shows(Feature.RETRIES)
  void aPostIsNeverSentTwice() throws Exception {
    TestServer first = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)));
    assertThat(failure(Request.post(URL + "/", BODY))).isInstanceOf(IOException.class);
    assertThat(first.received()).hasSize(1);
    assertThat(second.received()).isEmpty();
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
  }

  @Test
  @Shows(Feature.RETRIES)
  void theLibrarysOwnSecondTryDoesNotMultiplyOurs() throws Exception {
    TestServer server =
        plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT, Progress.SENT);
  }

  @Test
  void aPooledConnectionThatTheServerClosedCostsNoGet() throws Exception {
    TestServer server = plainServer().answering(Answer.OK_THEN_CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    send(Request.get(URL + "/"));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(2);
    assertThat(mesh.calls().get(1).progress())
        .allMatch(p -> p == Progress.SENT || p == Progress.NOT_SENT);
  }

  @Test
  void aPooledConnectionThatTheServerClosedDoesNotDoubleAPost() throws Exception {
    TestServer server = plainServer().answering(Answer.OK_THEN_CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    send(Request.get(URL + "/"));
    start(Request.post(URL + "/", BODY))
        .response()
        .handle((response, error) -> response)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(server.received().stream().filter(r -> r.method().equals("POST")).count())
        .isLessThanOrEqualTo(1);
  }

  // Time and giving up

  @Test
  @Shows(Feature.TIMEOUTS)
  void theApplicationsReadTimeoutHoldsAndIsNotStretchedByRetries() throws Exception {
    needs(Capability.READ_TIMEOUT);
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer other = plainServer();
    mesh.script(Script.to(plain(hanging), plain(other)));
    Throwable error = failure(Request.get(URL + "/").readTimeout(Duration.ofMillis(300)));
    assertThat(error).isInstanceOf(timeoutError());
    assertThat(other.received()).isEmpty();
    // Told to the mesh, which has to learn that the endpoint hangs.
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(mesh.call().failures().get(0).error()).isInstanceOf(timeoutError());
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void anAttemptWhoseTimeIsUpIsStoppedAndTriedElsewhere() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer other = plainServer();
    mesh.script(Script.to(plain(hanging), plain(other)).perTry(Duration.ofMillis(300)));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(mesh.call().wasAbandoned()).isFalse();
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void theTimeOfACallThatIsUpWhileTheBodyArrivesStopsIt() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(plain(hanging)));
    Running running = start(Request.get(URL + "/"));
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "the head");
    mesh.call().attempts().get(0).expireCall();
    assertThat(running.response()).failsWithin(PATIENCE);
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
  }

  @Test
  void anAttemptOverTlsWhoseTimeIsUpIsStopped() throws Exception {
    TestServer hanging = securedServer().answering(Answer.HANG);
    mesh.script(
        Script.to(secured(hanging))
            .perTry(Duration.ofMillis(500))
            .thenRefusing(Step.Reason.TIMEOUT, "orders: no answer within 500 ms"));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(error).isInstanceOf(timeoutError()).hasMessageContaining("no answer within 500 ms");
    // On a slow machine the handshake may have taken all that time.
    eventually(
        () -> hanging.left() == 1 || hanging.received().isEmpty(),
        () -> "the end of the connection");
  }

  @Test
  void aCallThatTheApplicationGivesUpIsAbandoned() throws Exception {
    needs(Capability.CANCEL);
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer other = plainServer();
    mesh.script(Script.to(plain(hanging), plain(other)));
    Running running = start(Request.get(URL + "/"));
    eventually(() -> hanging.received().size() == 1, () -> "the request");
    running.cancel().run();
    eventually(running.response()::isDone, () -> "the end of the request");
    assertThat(running.response().isCompletedExceptionally()).isTrue();
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
    assertThat(other.received()).isEmpty();
  }
}
