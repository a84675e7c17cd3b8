// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.http.NoHttpResponseException;
import org.apache.http.client.HttpRequestRetryHandler;
import org.apache.http.impl.client.DefaultHttpRequestRetryHandler;
import org.apache.http.impl.client.DefaultServiceUnavailableRetryStrategy;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application does not want to be sent again, the mesh does not send again. */
final class ForbiddenRepetitionTest extends ClientHarness {
  /** What the application's handler was asked. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return send(HttpClients.custom(), request);
  }

  private static Response send(HttpClientBuilder builder, Request request) throws Exception {
    Application application = new Application(builder);
    try {
      return application.send(request);
    } finally {
      Pools.allGivenBack(application);
    }
  }

  /** That allows so many sends. */
  private HttpRequestRetryHandler allowing(int sends) {
    return (error, count, context) -> {
      asked.add(count + " " + error.getClass().getSimpleName());
      return count < sends;
    };
  }

  /** Three attempts are allowed by the settings, and none of them is answered. */
  private TestServer closingThreeTimes() throws IOException {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    return server;
  }

  @Test
  void anApplicationThatSaysNothingLeavesItToTheSettings() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(3);
  }

  @Test
  void withoutAutomaticRetriesNoAttemptFollowsOneThatWasSentAndFailed() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(
            catchThrowable(
                () -> send(HttpClients.custom().disableAutomaticRetries(), Request.get(URL + "/"))))
        .isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void norWithAHandlerThatAllowsNone() throws Exception {
    TestServer server = closingThreeTimes();
    HttpClientBuilder client =
        HttpClients.custom().setRetryHandler(new DefaultHttpRequestRetryHandler(0, false));
    assertThat(catchThrowable(() -> send(client, Request.get(URL + "/"))))
        .isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aHandlerSetsABoundAndIsAskedAsTheLibraryAsks() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(
            catchThrowable(
                () ->
                    send(
                        HttpClients.custom().setRetryHandler(allowing(2)), Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(asked).containsExactly("1 NoHttpResponseException", "2 NoHttpResponseException");
  }

  @Test
  void aHandlerCannotAskForMoreThanTheSettings() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(
            catchThrowable(
                () ->
                    send(
                        HttpClients.custom().setRetryHandler(allowing(9)), Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(3);
  }

  @Test
  void aHandlerThatBreaksDoesNotSayYes() throws Exception {
    TestServer server = closingThreeTimes();
    HttpClientBuilder client =
        HttpClients.custom()
            .setRetryHandler(
                (error, count, context) -> {
                  throw new IllegalStateException("a mistake of the application");
                });
    assertThat(catchThrowable(() -> send(client, Request.get(URL + "/"))))
        .isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAttemptWhoseTimeIsUpIsSuchForTheHandler() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).perTry(Duration.ofMillis(250)));
    assertThat(
            send(HttpClients.custom().setRetryHandler(allowing(2)), Request.get(URL + "/"))
                .status())
        .isEqualTo(200);
    assertThat(asked).containsExactly("1 " + SocketTimeoutException.class.getSimpleName());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasNotSentGoesElsewhereUnasked(boolean disabled) throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing()), plain(server)));
    HttpClientBuilder client = HttpClients.custom();
    if (disabled) {
      client.disableAutomaticRetries();
    } else {
      client.setRetryHandler(allowing(0));
    }
    assertThat(send(client, Request.post(URL + "/", "pay")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(asked).isEmpty();
  }

  @Test
  void ofAnswersTheStrategyForThemSetsABound() throws Exception {
    TestServer server =
        plainServer().answering(Answer.status(503), Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    HttpClientBuilder client =
        HttpClients.custom()
            .setServiceUnavailableRetryStrategy(new DefaultServiceUnavailableRetryStrategy(1, 1));
    assertThat(send(client, Request.get(URL + "/")).status()).isEqualTo(503);
    assertThat(server.received()).hasSize(2);
  }

  /** Which speak of failures alone. */
  @Test
  void ofAnswersAHandlerAndDisabledRetriesSayNothing() throws Exception {
    for (HttpClientBuilder client :
        List.of(
            HttpClients.custom().disableAutomaticRetries(),
            HttpClients.custom().setRetryHandler(allowing(0)))) {
      TestServer server = plainServer().answering(Answer.status(503));
      TestEndpoint endpoint = plain(server);
      mesh.script(Script.to(endpoint, endpoint));
      assertThat(send(client, Request.get(URL + "/")).status()).isEqualTo(200);
      assertThat(server.received()).hasSize(2);
    }
    assertThat(asked).isEmpty();
  }
}
