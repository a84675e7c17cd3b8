// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.contract.Answer;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is peculiar to this client, beyond the contract. */
final class JdkHttpClientTest extends JdkHarness {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void aCallBeginsInTheContextOfTheThreadThatSends() throws Exception {
    TestServer server = plainServer();
    ThreadLocal<Context> current = ThreadLocal.withInitial(() -> Context.NONE);
    List<Context> begun = new CopyOnWriteArrayList<>();
    Contexts contexts =
        new Contexts() {
          @Override
          public Context current() {
            return current.get();
          }

          @Override
          public Scope activate(Context context) {
            Context outer = current.get();
            current.set(context);
            return () -> current.set(outer);
          }
        };
    Inboard.serve(
        new Inboard.Core(
            request -> {
              begun.add(current.get());
              return Call.UNTOUCHED;
            },
            Inbound.PASS,
            InboundTls.DISABLED,
            contexts));
    Context mine = new Context() {};
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build();
    try (Contexts.Scope scope = contexts.activate(mine)) {
      client.send(request, BodyHandlers.discarding());
      client.sendAsync(request, BodyHandlers.discarding()).get(20, TimeUnit.SECONDS);
    }
    assertThat(begun).containsExactly(mine, mine);
  }

  @Test
  void theClientsOwnRetryOfAHostOutsideTheMeshIsACallOfItsOwn() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough());
    HttpResponse<String> response = get("http://127.0.0.1:" + server.port() + "/");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(server.received()).hasSize(2).allMatch(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls()).extracting(c -> c.request().resent()).containsExactly(false, true);
    // Or the second would pass for one that the application traces itself.
    assertThat(mesh.calls()).allMatch(c -> c.traceparents().isEmpty());
  }

  @Test
  void theClientsOwnRetriesCanBeSwitchedOffForHostsOutsideTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough().withoutLibraryRetries());
    String url = "http://127.0.0.1:" + server.port() + "/";
    assertThatThrownBy(() -> get(url)).isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(1);
    assertThat(mesh.calls()).hasSize(1);
  }

  @Test
  void aRedirectIsNoRetry() throws Exception {
    TestServer server = plainServer();
    String url = "http://127.0.0.1:" + server.port() + "/";
    server.answering(Answer.redirect(302, url + "there"));
    mesh.script(Script.passThrough());
    assertThat(get(url).statusCode()).isEqualTo(200);
    assertThat(mesh.calls()).extracting(c -> c.request().resent()).containsExactly(false, false);
  }

  @Test
  void twoNamesForOneAddressShareNoConnection() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, server.address())));
    get(URL + "/");
    mesh.script(Script.to(TestEndpoint.plain("payments.invalid", server.address())));
    get("http://payments.invalid:8080/");
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void theHostHeaderIsThatOfAPlaintextUrl() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(server)));
    for (String port : List.of("", ":80", ":443")) {
      get("http://" + HOST + port + "/");
    }
    assertThat(server.received())
        .extracting(r -> r.header("host").orElse(""))
        .containsExactly(HOST, HOST, HOST + ":443");
  }

  @Test
  void aHeaderThatTheMeshSetsTakesThePlaceOfTheApplications() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL))
            .header("X-Attempt", "mine")
            .header("X-Attempt", "mine, too")
            .header("X-First-Only", "mine")
            .build();
    client.send(request, BodyHandlers.discarding());
    assertThat(server.received().get(0).all("x-attempt")).containsExactly("1");
    assertThat(server.received().get(1).all("x-attempt")).containsExactly("2");
    assertThat(server.received().get(0).all("x-first-only")).containsExactly("1");
    assertThat(server.received().get(1).all("x-first-only")).containsExactly("mine");
    assertThat(request.headers().allValues("x-attempt")).hasSize(2);
  }

  @Test
  void cancellingBetweenTwoAttemptsEndsTheCallAtOnce() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    CompletableFuture<HttpResponse<String>> response = start();
    eventually(() -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "a 503");
    assertThat(response.cancel(true)).isTrue();
    // By the future itself, or by the exchange that it cancels: which comes first is the JDK's.
    assertThatThrownBy(() -> response.get(20, TimeUnit.SECONDS))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(CancellationException.class),
            e -> assertThat(e).hasCauseInstanceOf(CancellationException.class));
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theApplicationsTimeoutEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL)).timeout(Duration.ofMillis(700)).build();
    // Well before the pause would end by itself.
    assertThatThrownBy(
            () -> client.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HttpTimeoutException.class);
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anInterruptEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread application =
        new Thread(
            () -> {
              try {
                get(URL + "/");
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    application.start();
    eventually(() -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "a 503");
    application.interrupt();
    application.join(20_000);
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
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
    assertThatThrownBy(() -> get(URL + "/")).isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void bodiesThatTheClientHoldsAreReplayable(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("body"), "body");
    byte[] bytes = "body".getBytes(UTF_8);
    assertThat(bodyOf(BodyPublishers.noBody())).isEqualTo(Body.NONE);
    assertThat(bodyOf(BodyPublishers.ofString("body"))).isEqualTo(Body.REPLAYABLE);
    assertThat(bodyOf(BodyPublishers.ofByteArray(bytes))).isEqualTo(Body.REPLAYABLE);
    assertThat(bodyOf(BodyPublishers.ofByteArrays(List.of(bytes)))).isEqualTo(Body.REPLAYABLE);
    assertThat(bodyOf(BodyPublishers.ofFile(file))).isEqualTo(Body.REPLAYABLE);
    assertThat(bodyOf(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))))
        .isEqualTo(Body.ONE_SHOT);
    assertThat(bodyOf(BodyPublishers.fromPublisher(BodyPublishers.ofString("body"))))
        .isEqualTo(Body.ONE_SHOT);
  }

  @Test
  void aProxyIsLeftAlone() throws Exception {
    TestServer proxy = plainServer();
    mesh.script(Script.to(secured(securedServer())));
    HttpClient proxied =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port())))
            .build();
    proxied.send(HttpRequest.newBuilder(URI.create(URL + "/")).build(), BodyHandlers.discarding());
    assertThat(proxy.received().get(0).target()).isEqualTo(URL + "/");
    assertThat(proxy.received().get(0).all("traceparent")).hasSize(1);
  }

  @Test
  void theApplicationsOwnTlsIsLeftAlone() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(securedServer())));
    HttpClient own = HttpClient.newBuilder().sslContext(CLIENT.context()).build();
    // The certificate names no host: the client's own check must still be in force.
    assertThatThrownBy(
            () ->
                own.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port()))
                        .build(),
                    BodyHandlers.ofString()))
        .isInstanceOf(javax.net.ssl.SSLHandshakeException.class);
    assertThat(mesh.calls().get(0).request().scheme()).isEqualTo("https");
  }

  @Test
  void aWebSocketHandshakeGoesToItsEndpointWithHeadersAndIsNotRepeatedOnceAnswered()
      throws Exception {
    TestServer host = plainServer();
    TestServer server = plainServer().answering(Answer.status(503));
    mesh.script(Script.to(plain(server), plain(server)));
    CompletableFuture<WebSocket> socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + host.port() + "/"), new WebSocket.Listener() {});
    assertThatThrownBy(() -> socket.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(java.net.http.WebSocketHandshakeException.class);
    assertThat(host.connections()).isZero();
    assertThat(server.received()).hasSize(1);
    assertThat(server.received().get(0).all("traceparent")).hasSize(1);
    assertThat(server.received().get(0).header("upgrade")).contains("websocket");
  }

  @Test
  void anAddressThatNobodyKnowsIsAConnectFailure() throws Exception {
    TestEndpoint unknown =
        new TestEndpoint(
            InetSocketAddress.createUnresolved("nowhere.invalid", 80),
            "nowhere",
            java.util.Optional.empty());
    mesh.script(Script.to(unknown, plain(plainServer())));
    assertThat(get(URL + "/").statusCode()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  private Body bodyOf(BodyPublisher publisher) throws Exception {
    mesh.script(Script.to(plain(plainServer())));
    client.send(
        HttpRequest.newBuilder(URI.create(URL + "/")).POST(publisher).build(),
        BodyHandlers.discarding());
    return mesh.calls().get(mesh.calls().size() - 1).request().body();
  }

  private CompletableFuture<HttpResponse<String>> start() {
    HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/")).build();
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String uri) throws Exception {
    return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString());
  }
}
