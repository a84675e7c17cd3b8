// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

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
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application does not want to be sent again, the mesh does not send again. */
final class ForbiddenRepetitionTest extends ClientHarness {
  /** What the application's strategy was asked. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return send(HttpClients.custom(), request);
  }

  private static Response send(HttpClientBuilder builder, Request request) throws IOException {
    try (CloseableHttpClient client = builder.build();
        ClassicHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  /** That allows so many sends. */
  private HttpRequestRetryStrategy allowing(int sends) {
    return new HttpRequestRetryStrategy() {
      @Override
      public boolean retryRequest(
          HttpRequest request, IOException error, int count, HttpContext context) {
        return asked(count, error.getClass().getSimpleName());
      }

      @Override
      public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
        return asked(count, Integer.toString(response.getCode()));
      }

      private boolean asked(int count, String what) {
        asked.add(count + " " + what);
        if (sends < 0) {
          throw new IllegalStateException("a mistake of the application");
        }
        return count < sends;
      }

      @Override
      public TimeValue getRetryInterval(HttpResponse response, int count, HttpContext context) {
        return TimeValue.ZERO_MILLISECONDS;
      }
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
  void norWithAStrategyThatAllowsNone() throws Exception {
    TestServer server = closingThreeTimes();
    HttpClientBuilder client =
        HttpClients.custom()
            .setRetryStrategy(new DefaultHttpRequestRetryStrategy(0, TimeValue.ZERO_MILLISECONDS));
    assertThat(catchThrowable(() -> send(client, Request.get(URL + "/"))))
        .isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aStrategySetsABoundAndIsAskedAsTheLibraryAsks() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(
            catchThrowable(
                () ->
                    send(
                        HttpClients.custom().setRetryStrategy(allowing(2)),
                        Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(asked).containsExactly("1 NoHttpResponseException", "2 NoHttpResponseException");
  }

  @Test
  void aStrategyCannotAskForMoreThanTheSettings() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(
            catchThrowable(
                () ->
                    send(
                        HttpClients.custom().setRetryStrategy(allowing(9)),
                        Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(3);
  }

  @Test
  void aStrategyThatBreaksDoesNotSayYes() throws Exception {
    TestServer server = closingThreeTimes();
    HttpClientBuilder client = HttpClients.custom().setRetryStrategy(allowing(-1));
    assertThat(catchThrowable(() -> send(client, Request.get(URL + "/"))))
        .isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAttemptWhoseTimeIsUpIsSuchForTheStrategy() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).perTry(Duration.ofMillis(250)));
    assertThat(
            send(HttpClients.custom().setRetryStrategy(allowing(2)), Request.get(URL + "/"))
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
      client.setRetryStrategy(allowing(0));
    }
    assertThat(send(client, Request.post(URL + "/", "pay")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(asked).isEmpty();
  }

  /** In this version both speak of answers, too. */
  @Test
  void ofAnswersDisabledRetriesAllowNoneAndAStrategySetsABound() throws Exception {
    assertThat(sendsOf503(HttpClients.custom())).isEqualTo(3);
    assertThat(sendsOf503(HttpClients.custom().disableAutomaticRetries())).isEqualTo(1);
    assertThat(sendsOf503(HttpClients.custom().setRetryStrategy(allowing(2)))).isEqualTo(2);
    assertThat(asked).containsExactly("1 503", "2 503");
  }

  private int sendsOf503(HttpClientBuilder client) throws Exception {
    TestServer server =
        plainServer().answering(Answer.status(503), Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    assertThat(send(client, Request.get(URL + "/")).status()).isEqualTo(503);
    return server.received().size();
  }
}
