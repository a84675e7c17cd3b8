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
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPut;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.DnsResolver;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;
import org.apache.http.util.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an application sees of a call, and what of it stays the application's own. */
final class ViewTest extends ClientHarness {
  private static final Duration LONG = Duration.ofMinutes(5);

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
    try (CloseableHttpClient client = builder.build();
        CloseableHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  private static String url(TestServer server) {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  // What the application sees.

  @Test
  void theApplicationSeesNoSessionAndNoHeaderThatItDidNotAskFor() throws Exception {
    mesh.script(Script.to(secured(securedServer())));
    HttpClientContext context = HttpClientContext.create();
    try (CloseableHttpResponse response =
        application.client.execute(new HttpGet(URL + "/"), context)) {
      EntityUtils.consume(response.getEntity());
    }
    assertThat((Object) context.getUserToken()).isNull();
    assertThat(context.getHttpRoute().getTargetHost()).hasToString(URL);
    assertThat(context.getTargetHost()).hasToString(URL);
    assertThat(context.getRequest().containsHeader("traceparent")).isFalse();
    assertThat(context.getRequest().containsHeader("x-attempt")).isFalse();
  }

  @Test
  void anInterceptorRunsOnceAndSeesTheHostThatTheApplicationKnows() throws Exception {
    TestServer server = securedServer().answering(Answer.status(503));
    TestEndpoint endpoint = secured(server);
    mesh.script(Script.to(endpoint, endpoint));
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpRequestInterceptor interceptor =
        (request, context) -> {
          HttpClientContext of = HttpClientContext.adapt(context);
          seen.add(of.getTargetHost() + " " + of.getHttpRoute().getTargetHost());
          request.addHeader("x-own", "1");
        };
    assertThat(
            send(HttpClients.custom().addInterceptorLast(interceptor), Request.get(URL + "/"))
                .status())
        .isEqualTo(200);
    assertThat(seen).containsExactly(URL + " " + URL);
    assertThat(server.received()).hasSize(2).allMatch(r -> r.all("x-own").size() == 1);
  }

  @Test
  void theFailureOfAConnectionNamesTheHostThatTheApplicationKnows() throws Exception {
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing())));
    assertThat(failure(Request.get(URL + "/"))).hasMessageContaining(HOST);
    assertThat(mesh.call().failures()).hasSize(1);
  }

  @Test
  void anAddressThatNobodyKnowsIsAConnectFailure() throws Exception {
    TestEndpoint unknown =
        new TestEndpoint(
            InetSocketAddress.createUnresolved("nowhere.invalid", 80), "nowhere", Optional.empty());
    mesh.script(Script.to(unknown, plain(plainServer())));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void aResponseThatStopsInItsHeadIsNotTakenForNone() throws Exception {
    Answer half =
        connection -> {
          connection.write("HTTP/1.1 200 OK\r\nContent-");
          connection.close();
        };
    TestServer server = plainServer().answering(half);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThatThrownBy(() -> send(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aBodyThatTheApplicationReadsIsShownToTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.status(200, "a body"));
    mesh.script(Script.to(plain(server)).wantingBodies(6));
    send(Request.get(URL + "/"));
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().bodies()).containsExactly("a body");
  }

  // Waiting.

  @Test
  void cancellingEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    Running running = application.execute(Request.get(URL + "/"));
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "the 503");
    running.cancel().run();
    assertThat(running.response()).failsWithin(PATIENCE);
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anInterruptEndsAPauseBetweenTwoAttemptsAndIsKept() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> kept = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                send(Request.get(URL + "/"));
              } catch (Throwable e) {
                thrown.set(e);
                kept.set(Thread.interrupted());
              }
            });
    thread.start();
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "the 503");
    thread.interrupt();
    thread.join(PATIENCE.toMillis());
    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(kept.get()).isTrue();
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void aRequestThatIsAbortedBeforeItBeginsIsNotSent() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)).delayFirst(LONG));
    HttpGet get = new HttpGet(URL + "/");
    get.abort();
    assertThatThrownBy(() -> application.client.execute(get)).isInstanceOf(IOException.class);
    assertThat(mesh.calls()).allMatch(ScriptedCall::wasAbandoned);
    assertThat(server.connections()).isZero();
  }

  // Bodies, interceptors, resolvers and sockets of the application.

  @Test
  void aBodyOfTheApplicationThatFailsIsNobodysFailure() throws Exception {
    TestEndpoint endpoint = plain(plainServer());
    mesh.script(Script.to(endpoint, endpoint));
    HttpPut put = new HttpPut(URL + "/");
    put.setEntity(
        new ByteArrayEntity("body".getBytes(StandardCharsets.US_ASCII)) {
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
  void anExpectedContinueIsWaitedForAtTheEndpoint() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpPut put = new HttpPut(URL + "/");
    put.setConfig(RequestConfig.custom().setExpectContinueEnabled(true).build());
    put.setEntity(new StringEntity("body", ContentType.TEXT_PLAIN));
    assertThat(application.send(put).status()).isEqualTo(200);
    assertThat(server.received())
        .hasSize(2)
        .allMatch(r -> r.text().equals("body") && r.all("expect").size() == 1);
  }

  /** A DnsResolver of the application may ask somebody else. */
  @Test
  void aCallInsideACallHasItsOwnEndpointAndHeaders() throws Exception {
    TestServer outer = plainServer();
    TestServer inner = plainServer();
    mesh.script(Script.passThrough());
    List<String> answers = new CopyOnWriteArrayList<>();
    DnsResolver asking =
        host -> {
          try {
            answers.add(application.send(Request.get(url(inner))).text());
          } catch (IOException e) {
            throw new UnknownHostException(e.toString());
          }
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
    HttpClientBuilder client =
        HttpClients.custom()
            .setConnectionManager(new PoolingHttpClientConnectionManager(sockets(null), asking));
    send(client, Request.get("http://outer.invalid:" + outer.port() + "/"));
    assertThat(answers).containsExactly("answer 200");
    assertThat(inner.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(outer.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls())
        .extracting(c -> c.request().host())
        .containsExactly("outer.invalid", "127.0.0.1");
  }

  @Test
  void theApplicationsSocketsAreUsed() throws Exception {
    AtomicInteger made = new AtomicInteger();
    HttpClientBuilder client =
        HttpClients.custom()
            .setConnectionManager(new PoolingHttpClientConnectionManager(sockets(made)));
    mesh.script(Script.to(secured(securedServer())));
    assertThat(send(client, Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(made).hasValue(1);
  }

  /**
   * The library's, perhaps counted.
   *
   * @param made null for no count
   */
  private static Registry<ConnectionSocketFactory> sockets(AtomicInteger made) {
    ConnectionSocketFactory plain =
        new PlainConnectionSocketFactory() {
          @Override
          public Socket createSocket(HttpContext context) throws IOException {
            if (made != null) {
              made.incrementAndGet();
            }
            return super.createSocket(context);
          }
        };
    return RegistryBuilder.<ConnectionSocketFactory>create().register("http", plain).build();
  }
}
