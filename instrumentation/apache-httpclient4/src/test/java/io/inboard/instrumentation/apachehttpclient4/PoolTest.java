// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.http.HttpHost;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.BasicHttpClientConnectionManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The library's pool of connections, which an application sees and bounds. */
final class PoolTest extends ClientHarness {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "stream", "abort", "time is up"})
  void aResponseThatTheApplicationDoesNotReadEndsItsCall(String how) throws Exception {
    TestServer server = plainServer().answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(plain(server)));
    HttpGet get = new HttpGet(URL + "/");
    CloseableHttpResponse response = application.client.execute(get);
    assertThat(mesh.call().doneCount()).isZero();
    assertThat(application.pool.getTotalStats().getLeased()).isEqualTo(1);
    switch (how) {
      case "close" -> response.close();
      case "abort" -> get.abort();
      case "time is up" -> {
        mesh.call().attempts().get(0).expireCall();
        assertThat(closing(response)).succeedsWithin(PATIENCE);
      }
      default -> {
        // Which reads the rest, until the server ends it.
        CompletableFuture<Void> closing = closing(response);
        server.dropConnections();
        assertThat(closing).succeedsWithin(PATIENCE);
      }
    }
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().wasAbandoned()).isEqualTo(how.equals("abort"));
    eventually(() -> server.left() == 1, () -> "the end of the connection");
  }

  private static CompletableFuture<Void> closing(CloseableHttpResponse response) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            response.getEntity().getContent().close();
          } catch (IOException e) {
            // That is what the library says.
          }
        });
  }

  @Test
  void aTimerThatStrikesTooLateHitsNobodysConnection() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    send(Request.get(URL + "/"));
    mesh.call().attempts().get(0).strike();
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theConnectionOfAResponseThatNobodySeesIsKeptWithItsReadTimeout() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503), Answer.OK, Answer.HANG);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
    Running slow = application.execute(Request.get(URL + "/"));
    eventually(() -> server.received().size() == 3, () -> "the request");
    // Longer than what a response is drained for.
    assertThat(slow.response())
        .failsWithin(Duration.ofMillis(400))
        .withThrowableOfType(TimeoutException.class);
    slow.cancel().run();
    eventually(slow.response()::isDone, () -> "the end of the call");
  }

  @Test
  void aLongResponseThatNobodySeesCostsItsConnectionAndNoPlaceInThePool() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503, "x".repeat(1 << 20)));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    application.pool.setDefaultMaxPerRoute(1);
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void anAttemptThatWaitsForThePoolEndsWithItsTime() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    mesh.script(Script.to(endpoint));
    Running first = application.execute(Request.get(URL + "/first"));
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    mesh.script(Script.to(endpoint).perTry(Duration.ofMillis(200)));
    assertThat(failure(Request.get(URL + "/second"))).isInstanceOf(IOException.class);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.NOT_CONNECTED);
    first.cancel().run();
    eventually(first.response()::isDone, () -> "the end of the first");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theApplicationsBoundOfTheWaitForThePoolIsNobodysFailure() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    mesh.script(Script.to(endpoint, endpoint));
    Running first = application.execute(Request.get(URL + "/first"));
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    HttpGet get = new HttpGet(URL + "/second");
    get.setConfig(RequestConfig.custom().setConnectionRequestTimeout(100).build());
    assertThatThrownBy(() -> application.client.execute(get))
        .isInstanceOf(ConnectionPoolTimeoutException.class);
    assertThat(mesh.calls().get(1).failures()).isEmpty();
    assertThat(mesh.calls().get(1).wasAbandoned()).isTrue();
    first.cancel().run();
    eventually(first.response()::isDone, () -> "the end of the first");
  }

  @Test
  void theApplicationsBoundOfARouteHoldsForEachEndpointOfIt() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    application.pool.setMaxPerRoute(new HttpRoute(new HttpHost(HOST, 8080)), 2);
    mesh.script(Script.to(endpoint));
    Running first = application.execute(Request.get(URL + "/"));
    Running second = application.execute(Request.get(URL + "/"));
    eventually(() -> server.received().size() == 2, () -> "both requests");
    first.cancel().run();
    second.cancel().run();
    eventually(
        () -> first.response().isDone() && second.response().isDone(), () -> "the end of both");
  }

  @Test
  void whatTheApplicationSaysOfTheSocketsOfItsHostHolds() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    application.pool.setSocketConfig(
        new HttpHost(HOST, 8080), SocketConfig.custom().setSoTimeout(300).build());
    mesh.script(Script.to(plain(server)));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(timeoutError());
  }

  @Test
  void aConnectionIsKeptForNoUser() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(server)));
    for (int i = 0; i < 5; i++) {
      send(Request.get(URL + "/"));
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(application.pool.getTotalStats().getAvailable()).isEqualTo(1);
  }

  @Test
  void aManagerOfOneConnectionDirectsItToEachEndpoint() throws Exception {
    TestServer one = securedServer().answering(Answer.status(503));
    TestServer two = plainServer();
    mesh.script(Script.to(secured(one), plain(two)));
    try (CloseableHttpClient client =
            HttpClients.custom()
                .setConnectionManager(new BasicHttpClientConnectionManager())
                .build();
        CloseableHttpResponse response = client.execute(new HttpGet(URL + "/"))) {
      assertThat(Application.response(response).status()).isEqualTo(200);
    }
    assertThat(one.received()).hasSize(1);
    assertThat(two.received()).hasSize(1);
  }

  @Test
  void aPooledConnectionThatTheServerHasClosedCostsNoPost() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    send(Request.get(URL + "/"));
    server.dropConnections();
    assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(2);
  }
}
