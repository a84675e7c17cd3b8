// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The library's pool, and what an application puts into a call: bodies, interceptors, calls. */
final class PooledCallTest extends ClientHarness {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  private static Response send(HttpClientBuilder builder, Request request) throws IOException {
    try (CloseableHttpClient client = builder.build();
        ClassicHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  private static String url(TestServer server) {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  // The pool.

  @Test
  void aTimerThatStrikesTooLateHitsNobodysConnection() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint));
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
        .withThrowableOfType(java.util.concurrent.TimeoutException.class);
    slow.cancel().run();
    assertThat(slow.response()).failsWithin(PATIENCE);
  }

  @Test
  void anAttemptThatWaitsForThePoolEndsWithItsTime() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    TestEndpoint endpoint = plain(server);
    application.pool.setDefaultMaxPerRoute(1);
    mesh.script(Script.to(endpoint));
    HttpGet get = new HttpGet(URL + "/");
    Thread first =
        new Thread(
            () -> {
              try {
                application.client.execute(get).close();
              } catch (IOException e) {
                // It was aborted.
              }
            });
    first.start();
    eventually(() -> server.received().size() == 1, () -> "the request that hangs");
    mesh.script(Script.to(endpoint).perTry(Duration.ofMillis(200)));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    get.abort();
    first.join(PATIENCE.toMillis());
    assertThat(server.received()).hasSize(1);
  }

  /** As the library gives up the wait. */
  @Test
  void aConnectionThatThePoolHandsOverAtTheEndOfTheWaitIsNotLost() throws Exception {
    TestServer server = plainServer();
    Pools.waitingTooLong(application.pool);
    mesh.script(Script.to(plain(server)).perTry(PATIENCE));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(application.pool.getTotalStats().getLeased()).isZero();
  }

  // Interceptors and bodies of the application.

  @Test
  void aBodyOfTheApplicationThatFailsIsNobodysFailure() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpPut put = new HttpPut(URL + "/");
    put.setEntity(
        new HttpEntityWrapper(new StringEntity("body", ContentType.TEXT_PLAIN)) {
          @Override
          public void writeTo(OutputStream out) throws IOException {
            throw new IOException("the application's own");
          }
        });
    assertThatThrownBy(() -> application.client.execute(put)).hasMessage("the application's own");
    assertThat(mesh.call().failures()).isEmpty();
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void anAnswerAfterAFailureMayRedirect() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(
        Script.to(plain(server))
            .thenAnswering(302, Map.of("location", URL + "/there"), "elsewhere"));
    assertThat(send(Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(server.received())
        .satisfiesExactly(
            r -> assertThat(r.target()).isEqualTo("/here"),
            r -> assertThat(r.target()).isEqualTo("/there"));
  }

  @Test
  void cancellingEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(Duration.ofMinutes(5)));
    Running running = application.execute(Request.get(URL + "/"));
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "the 503");
    running.cancel().run();
    assertThat(running.response()).failsWithin(PATIENCE);
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anExpectedContinueIsWaitedForAtTheEndpoint() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    RequestConfig expecting = RequestConfig.custom().setExpectContinueEnabled(true).build();
    HttpClientBuilder client = HttpClients.custom().setDefaultRequestConfig(expecting);
    HttpPut put = new HttpPut(URL + "/");
    put.setEntity(new StringEntity("body", ContentType.TEXT_PLAIN));
    try (CloseableHttpClient made = client.build();
        ClassicHttpResponse response = made.execute(put)) {
      assertThat(response.getCode()).isEqualTo(200);
    }
    assertThat(server.received())
        .singleElement()
        .matches(r -> r.text().equals("body") && r.header("expect").isPresent());
  }

  /** A DnsResolver of the application may ask somebody else. */
  @Test
  void aCallInsideACallHasItsOwnEndpointAndHeaders() throws Exception {
    TestServer outer = plainServer();
    TestServer inner = plainServer();
    mesh.script(Script.passThrough());
    List<String> answers = new CopyOnWriteArrayList<>();
    DnsResolver asking =
        new SystemDefaultDnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws UnknownHostException {
            try {
              answers.add(application.send(Request.get(url(inner))).text());
            } catch (IOException e) {
              throw new UnknownHostException(e.toString());
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
          }
        };
    HttpClientBuilder client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(asking).build());
    send(client, Request.get("http://outer.invalid:" + outer.port() + "/"));
    assertThat(answers).containsExactly("answer 200");
    assertThat(inner.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(outer.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls())
        .extracting(c -> c.request().host())
        .containsExactly("outer.invalid", "127.0.0.1");
  }

  /** So may what sends its requests. */
  @Test
  void aCallThatIsLeftAloneInsideACallIsNotTakenForIt() throws Exception {
    TestServer outer = securedServer();
    TestServer inner = plainServer();
    mesh.script(Script.to(secured(outer)));
    List<String> answers = new CopyOnWriteArrayList<>();
    HttpRequestExecutor asking =
        new HttpRequestExecutor() {
          @Override
          public ClassicHttpResponse execute(
              ClassicHttpRequest request,
              HttpClientConnection connection,
              HttpResponseInformationCallback callback,
              HttpContext context)
              throws IOException, HttpException {
            mesh.script(Script.untouchedCall());
            for (Application each : List.of(application, Application.minimal())) {
              answers.add(each.send(Request.get(url(inner))).text());
            }
            return super.execute(request, connection, callback, context);
          }
        };
    HttpClientBuilder client = HttpClients.custom().setRequestExecutor(asking);
    assertThat(send(client, Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(answers).containsExactly("answer 200", "answer 200");
    assertThat(inner.received()).hasSize(2).allMatch(r -> r.all("traceparent").isEmpty());
    assertThat(outer.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
  }

  @Test
  void aLimitOfARouteHoldsForEachOfItsInstances() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    HttpRoute own = new HttpRoute(new HttpHost("http", HOST, 8080));
    mesh.script(Script.to(endpoint));
    for (int limit : new int[] {7, 3}) {
      application.pool.setMaxPerRoute(own, limit);
      send(Request.get(URL + "/"));
      assertThat(application.pool.getRoutes())
          .singleElement()
          .satisfies(
              route -> assertThat(application.pool.getStats(route).getMax()).isEqualTo(limit));
    }
    application.pool.setMaxPerRoute(own, -1);
    application.pool.setDefaultMaxPerRoute(11);
    send(Request.get(URL + "/"));
    assertThat(application.pool.getRoutes())
        .allSatisfy(route -> assertThat(application.pool.getStats(route).getMax()).isEqualTo(11));
    assertThat(server.connections()).isEqualTo(1);
  }
}
