// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the application, or its own timeout, ends after it has got its request. */
abstract class VertxResetContract extends ClientHarness {
  private final Application application;

  VertxResetContract(String version) {
    application = Application.of(version);
  }

  @Override
  protected String libraryName() {
    return VertxClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return application.loader();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return Application.TIMEOUT;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  private CompletableFuture<Response> sendUntil(CompletableFuture<Void> givenUp) throws Exception {
    return application.call("sendUntil", Request.put(URL + "/", "body"), givenUp);
  }

  @Test
  void aRequestThatIsResetIsAbandonedAndItsConnectionClosed() throws Exception {
    TestServer hanging = securedServer().answering(Answer.HANG);
    TestServer other = securedServer();
    mesh.script(Script.to(secured(hanging), secured(other)));
    CompletableFuture<Void> givenUp = new CompletableFuture<>();
    CompletableFuture<Response> response = sendUntil(givenUp);
    eventually(() -> hanging.received().size() == 1, () -> "the request");
    givenUp.complete(null);
    assertThat(response).failsWithin(PATIENCE);
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
    assertThat(other.received()).isEmpty();
  }

  @Test
  void soIsOneThatWasSentAgain() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer other = plainServer();
    mesh.script(Script.to(plain(first), plain(hanging), plain(other)));
    CompletableFuture<Void> givenUp = new CompletableFuture<>();
    CompletableFuture<Response> response = sendUntil(givenUp);
    eventually(() -> hanging.received().size() == 1, () -> "the second attempt");
    givenUp.complete(null);
    assertThat(response).failsWithin(PATIENCE);
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
    assertThat(other.received()).isEmpty();
  }

  @Test
  void soIsABodyThatTheApplicationReads() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer hanging = plainServer().answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(plain(first), plain(hanging)));
    CompletableFuture<Void> givenUp = new CompletableFuture<>();
    CompletableFuture<Response> response = sendUntil(givenUp);
    eventually(() -> mesh.calls().size() == 1 && mesh.call().statuses().size() == 2, () -> "head");
    givenUp.complete(null);
    assertThat(response).failsWithin(PATIENCE);
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
  }

  @Test
  void theApplicationsTimeoutBoundsALaterAttemptToo() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer other = plainServer();
    mesh.script(Script.to(plain(first), plain(hanging), plain(other)));
    assertThat(failure(Request.get(URL + "/").readTimeout(Duration.ofMillis(500))))
        .isInstanceOf(timeoutError());
    eventually(() -> hanging.left() == 1, () -> "the end of the connection");
    assertThat(other.received()).isEmpty();
  }
}
