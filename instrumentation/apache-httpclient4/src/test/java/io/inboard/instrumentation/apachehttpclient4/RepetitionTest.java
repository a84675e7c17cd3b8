// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.http.HttpResponse;
import org.apache.http.NoHttpResponseException;
import org.apache.http.client.HttpRequestRetryHandler;
import org.apache.http.client.ServiceUnavailableRetryStrategy;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.protocol.HttpContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the library, or the application by way of it, repeats by itself: kept outside the mesh. */
final class RepetitionTest extends ClientHarness {
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

  private static Response send(HttpClientBuilder builder, Request request) throws Exception {
    Application other = new Application(builder);
    try {
      return other.send(request);
    } finally {
      Pools.allGivenBack(other);
    }
  }

  private static String url(TestServer server) {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  @Test
  void aBrokenConnectionIsRepeatedThreeTimesByTheLibraryOutsideOfTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.passThrough());
    assertThat(send(Request.get(url(server))).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(4).allMatch(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls())
        .extracting(c -> c.request().resent())
        .containsExactly(false, true, true, true);
  }

  @Test
  void aBrokenConnectionIsRepeatedByTheMeshAloneInside() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(mesh.call().attempts()).hasSize(2);
  }

  @Test
  void theLibrarysOwnRetriesCanBeSwitchedOffForHostsOutsideTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.passThrough().withoutLibraryRetries());
    assertThat(failure(Request.get(url(server)))).isInstanceOf(NoHttpResponseException.class);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theApplicationsHandlerIsAskedOutsideOfTheMeshAlone() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpRequestRetryHandler handler =
        (error, count, context) -> {
          asked.add(count + " " + error.getClass().getSimpleName());
          return count < 2;
        };
    TestServer outside = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.passThrough());
    assertThatThrownBy(
            () -> send(HttpClients.custom().setRetryHandler(handler), Request.get(url(outside))))
        .isInstanceOf(IOException.class);
    assertThat(outside.received()).hasSize(2);
    assertThat(asked).containsExactly("1 NoHttpResponseException", "2 NoHttpResponseException");
    asked.clear();
    TestServer inside = plainServer().answering(Answer.CLOSE, Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.to(plain(inside)));
    assertThatThrownBy(
            () -> send(HttpClients.custom().setRetryHandler(handler), Request.get(URL + "/")))
        .isInstanceOf(IOException.class);
    assertThat(inside.received()).hasSize(1);
    assertThat(asked).isEmpty();
  }

  @Test
  void theMeshLearnsWhatTheLibraryWouldRepeat() throws Exception {
    mesh.script(Script.to(plain(plainServer())));
    send(Request.get(URL + "/"));
    send(Request.post(URL + "/", "body"));
    send(Request.put(URL + "/", "body"));
    send(HttpClients.custom().disableAutomaticRetries(), Request.get(URL + "/"));
    send(
        HttpClients.custom().setRetryHandler((error, count, context) -> true),
        Request.put(URL + "/", "body"));
    assertThat(mesh.calls())
        .extracting(c -> c.request().repeatedByLibrary())
        .containsExactly(true, false, false, false, true);
  }

  @Test
  void anAnswerIsRepeatedByTheApplicationsStrategyOutsideOfTheMeshAndByTheMeshAloneInside()
      throws Exception {
    Again strategy = new Again();
    TestServer outside = plainServer().answering(Answer.status(503), Answer.status(503));
    mesh.script(Script.passThrough());
    assertThat(
            send(
                    HttpClients.custom().setServiceUnavailableRetryStrategy(strategy),
                    Request.get(url(outside)))
                .status())
        .isEqualTo(200);
    assertThat(outside.received()).hasSize(3);
    assertThat(mesh.calls())
        .extracting(c -> c.request().resent())
        .containsExactly(false, true, true);
    TestServer inside = plainServer().answering(Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(inside);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(
            send(
                    HttpClients.custom().setServiceUnavailableRetryStrategy(strategy),
                    Request.get(URL + "/"))
                .status())
        .isEqualTo(503);
    assertThat(inside.received()).hasSize(2);
  }

  @Test
  void anAnswerOfTheMeshIsNotRepeated() throws Exception {
    mesh.script(Script.answering(503, java.util.Map.of(), "not today"));
    assertThat(
            send(
                    HttpClients.custom().setServiceUnavailableRetryStrategy(new Again()),
                    Request.get(URL + "/"))
                .text())
        .isEqualTo("not today");
    assertThat(mesh.calls()).hasSize(1);
  }

  /** At once, while there is a 503. */
  private static final class Again implements ServiceUnavailableRetryStrategy {
    @Override
    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
      return response.getStatusLine().getStatusCode() == 503 && count < 4;
    }

    @Override
    public long getRetryInterval() {
      return 0;
    }
  }
}
