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
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application does not want to be sent again, the mesh does not send again. */
abstract class ForbiddenRepetitionContract extends ClientHarness {
  /** What the application's strategy was asked. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** A client of the application's. */
  abstract static class Built {
    /** {@code disableAutomaticRetries}. */
    abstract Built disabled();

    abstract Built with(HttpRequestRetryStrategy strategy);

    abstract Response send(Request request) throws Exception;
  }

  abstract Built client();

  /** What the library has for a connection that ends without an answer. */
  abstract Class<? extends IOException> closed();

  @Override
  protected final Response send(Request request) throws Exception {
    return client().send(request);
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
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(closed());
    assertThat(server.received()).hasSize(3);
  }

  @Test
  void withoutAutomaticRetriesNoAttemptFollowsOneThatWasSentAndFailed() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(catchThrowable(() -> client().disabled().send(Request.get(URL + "/"))))
        .isInstanceOf(closed());
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void norWithAStrategyThatAllowsNone() throws Exception {
    TestServer server = closingThreeTimes();
    Built client =
        client().with(new DefaultHttpRequestRetryStrategy(0, TimeValue.ZERO_MILLISECONDS));
    assertThat(catchThrowable(() -> client.send(Request.get(URL + "/")))).isInstanceOf(closed());
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aStrategySetsABoundAndIsAskedAsTheLibraryAsks() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(catchThrowable(() -> client().with(allowing(2)).send(Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(asked)
        .containsExactly("1 " + closed().getSimpleName(), "2 " + closed().getSimpleName());
  }

  @Test
  void aStrategyCannotAskForMoreThanTheSettings() throws Exception {
    TestServer server = closingThreeTimes();
    assertThat(catchThrowable(() -> client().with(allowing(9)).send(Request.get(URL + "/"))))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(3);
  }

  @Test
  void aStrategyThatBreaksDoesNotSayYes() throws Exception {
    TestServer server = closingThreeTimes();
    Built client = client().with(allowing(-1));
    assertThat(catchThrowable(() -> client.send(Request.get(URL + "/")))).isInstanceOf(closed());
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAttemptWhoseTimeIsUpIsSuchForTheStrategy() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).perTry(Duration.ofMillis(250)));
    assertThat(client().with(allowing(2)).send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(asked).containsExactly("1 " + SocketTimeoutException.class.getSimpleName());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasNotSentGoesElsewhereUnasked(boolean disabled) throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing()), plain(server)));
    Built client = disabled ? client().disabled() : client().with(allowing(0));
    assertThat(client.send(Request.post(URL + "/", "pay")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(asked).isEmpty();
  }

  /** In this version both speak of answers, too. */
  @Test
  void ofAnswersDisabledRetriesAllowNoneAndAStrategySetsABound() throws Exception {
    assertThat(sendsOf503(client())).isEqualTo(3);
    assertThat(sendsOf503(client().disabled())).isEqualTo(1);
    assertThat(sendsOf503(client().with(allowing(2)))).isEqualTo(2);
    assertThat(asked).containsExactly("1 503", "2 503");
  }

  private int sendsOf503(Built client) throws Exception {
    TestServer server =
        plainServer().answering(Answer.status(503), Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    assertThat(client.send(Request.get(URL + "/")).status()).isEqualTo(503);
    return server.received().size();
  }
}
