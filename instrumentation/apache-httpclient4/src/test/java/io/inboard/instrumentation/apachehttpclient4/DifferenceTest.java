// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.TestServer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpResponse;
import org.apache.http.client.ServiceUnavailableRetryStrategy;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.protocol.HttpContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the library decides by itself, to a destination and without us, under the whole mesh. */
final class DifferenceTest extends MeshHarness {
  private static final String OFF = "enabled: false\n";
  private static final String SILENT = "NoHttpResponseException localhost failed to respond after ";
  private static final Answer[] CLOSING = {
    Answer.CLOSE, Answer.CLOSE, Answer.CLOSE, Answer.CLOSE, Answer.CLOSE, Answer.CLOSE
  };

  private final Application usual = new Application();
  private final Application noRetries =
      new Application(HttpClients.custom().disableAutomaticRetries());

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return usual.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(usual);
    Pools.allGivenBack(noRetries);
  }

  private static String local(TestServer server, String more) {
    return localhost(
        "endpoints: [\"127.0.0.1:"
            + server.port()
            + "\"]"
            + (more.isEmpty() ? "" : "\n    " + more));
  }

  private static String url(TestServer server) {
    return "http://localhost:" + server.port() + "/";
  }

  /** What the application got, and how often the server was asked. */
  private static String outcome(Application application, Request request, TestServer server) {
    int before = server.received().size();
    String got;
    try {
      got = "" + application.send(request).status();
    } catch (Exception e) {
      got = e.getClass().getSimpleName() + " " + e.getMessage().replaceAll(":[0-9]+", "");
    }
    return got + " after " + (server.received().size() - before);
  }

  // What is sent once more.

  @Test
  void aGetWhoseConnectionBreaksIsRepeatedAsTheSettingsSayAndNotAsTheLibraryWould()
      throws Exception {
    mesh("", OFF);
    TestServer without = plainServer().answering(CLOSING);
    assertThat(outcome(usual, Request.get(url(without)), without)).isEqualTo(SILENT + 4);
    for (int attempts : new int[] {0, 2}) {
      TestServer server = plainServer().answering(CLOSING);
      mesh("", local(server, "retries: {attempts: " + attempts + "}"));
      assertThat(outcome(usual, Request.get(url(server)), server))
          .isEqualTo(SILENT + (attempts + 1));
    }
  }

  @Test
  void withResilienceOffTheLibrarysRepetitionOfABrokenGetIsKept() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.OK, Answer.CLOSE);
    mesh("resilience: {enabled: false}\n", local(server, ""));
    assertThat(outcome(usual, Request.get(url(server)), server)).isEqualTo("200 after 2");
    assertThat(outcome(noRetries, Request.get(url(server)), server))
        .isEqualTo("NoHttpResponseException The target server failed to respond after 1");
  }

  @Test
  void anAnswerIsRepeatedAsTheSettingsSayAndNotAsTheApplicationsStrategyWould() throws Exception {
    ServiceUnavailableRetryStrategy strategy =
        new ServiceUnavailableRetryStrategy() {
          @Override
          public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
            return response.getStatusLine().getStatusCode() == 503 && count < 9;
          }

          @Override
          public long getRetryInterval() {
            return 0;
          }
        };
    Application strategic =
        new Application(HttpClients.custom().setServiceUnavailableRetryStrategy(strategy));
    Answer[] unavailable = {Answer.status(503), Answer.status(503), Answer.status(503)};
    mesh("", OFF);
    TestServer server = plainServer().answering(unavailable);
    assertThat(outcome(strategic, Request.get(url(server)), server)).isEqualTo("200 after 4");
    server.answering(unavailable);
    mesh("", local(server, "retries: {attempts: 1, retryOn: \"503\"}"));
    assertThat(outcome(strategic, Request.get(url(server)), server)).isEqualTo("503 after 2");
    Pools.allGivenBack(strategic);
  }

  // What the application is told.

  private static String error(Running running) throws Exception {
    try {
      return "" + running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status();
    } catch (ExecutionException e) {
      Throwable error = e.getCause();
      return error + " caused by " + error.getCause();
    }
  }

  private String cancelled(TestServer server) throws Exception {
    int before = server.received().size();
    Running running = usual.execute(Request.get(url(server)));
    eventually(() -> server.received().size() > before, () -> "the request");
    running.cancel().run();
    return error(running);
  }

  @Test
  void aCancelledCallSaysSo() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    mesh("", OFF);
    String without = cancelled(server);
    assertThat(without).contains("Exception: ");
    mesh("", local(server, ""));
    assertThat(cancelled(server)).isEqualTo(without);
  }

  @Test
  void aCallWhoseTimeIsUpSaysSo() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    Request hasty = Request.get(url(server)).readTimeout(Duration.ofMillis(400));
    mesh("", OFF);
    String without = error(usual.execute(hasty));
    assertThat(without).contains("SocketTimeoutException");
    mesh("", local(server, ""));
    assertThat(error(usual.execute(hasty))).isEqualTo(without);
  }
}
