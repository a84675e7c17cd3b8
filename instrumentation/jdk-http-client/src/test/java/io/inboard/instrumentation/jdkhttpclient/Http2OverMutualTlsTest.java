// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.contract.Feature;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.Shows;
import io.inboard.contract.TestEndpoint;
import io.inboard.instrumentation.jdkhttpclient.Http2Server.Arrived;
import io.inboard.instrumentation.jdkhttpclient.Http2Server.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** An application that says http, and a server that speaks h2 over our TLS. */
@Shows(Feature.HTTP2)
final class Http2OverMutualTlsTest extends JdkHarness {
  private static final String BODY = "0123456789abcdef".repeat(8192);

  @Test
  void aPlaintextUrlTravelsAsHttp2OverMutualTls() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    HttpResponse<String> response = get("/orders");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.uri()).isEqualTo(URI.create(URL + "/orders"));
    Arrived arrived = server.arrived().get(0);
    assertThat(arrived.protocol()).isEqualTo("HTTP/2.0");
    assertThat(arrived.peer()).contains(CLIENT_ID);
    assertThat(arrived.host()).isEqualTo(HOST + ":8080");
    assertThat(arrived.traceparents()).containsExactly(mesh.call().attempts().get(0).traceparent());
    assertThat(mesh.call().attempts().get(0).connections())
        .singleElement()
        .satisfies(session -> assertThat(session).isPresent());
  }

  @Test
  void theApplicationSeesNoTlsSessionThatItDidNotAskFor() throws Exception {
    mesh.script(Script.to(endpoint(http2())));
    assertThat(get("/").sslSession()).isEmpty();
  }

  @Test
  void requestsShareTheConnectionOfTheirEndpointOnly() throws Exception {
    Http2Server first = http2();
    Http2Server second = http2();
    TestEndpoint firstEndpoint = endpoint(first);
    TestEndpoint secondEndpoint = endpoint(second);
    for (int i = 0; i < 3; i++) {
      mesh.script(Script.to(firstEndpoint));
      get("/first");
      mesh.script(Script.to(secondEndpoint));
      get("/second");
    }
    assertThat(first.arrived()).hasSize(3).allMatch(a -> a.target().equals("/first"));
    assertThat(second.arrived()).hasSize(3).allMatch(a -> a.target().equals("/second"));
    assertThat(first.connections()).isEqualTo(1);
    assertThat(second.connections()).isEqualTo(1);
  }

  @Test
  void aNewGenerationOfCertificatesGetsANewConnection() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    get("/");
    get("/");
    mesh.script(Script.to(endpoint(server)));
    get("/");
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void a503IsRepeatedOnAnotherEndpointWithItsBody() throws Exception {
    Http2Server first = http2().answering(Reply.status(503));
    Http2Server second = http2();
    mesh.script(Script.to(endpoint(first), endpoint(second)).delay(Duration.ofMillis(30)));
    HttpRequest request = request("/").PUT(BodyPublishers.ofString(BODY)).build();
    HttpResponse<String> response =
        client.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(first.arrived()).extracting(Arrived::body).containsExactly(BODY);
    assertThat(second.arrived()).extracting(Arrived::body).containsExactly(BODY);
    assertThat(second.arrived()).extracting(Arrived::attempt).containsExactly("2");
    assertThat(second.arrived().get(0).traceparents()).hasSize(1);
  }

  @Test
  void aRetryMayFallBackToAServerThatSpeaksHttp11() throws Exception {
    Http2Server first = http2().answering(Reply.status(503));
    var second = securedServer();
    mesh.script(Script.to(endpoint(first), secured(second)));
    HttpResponse<String> response = get("/");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    assertThat(second.received().get(0).all("upgrade")).isEmpty();
  }

  @Test
  void aServerWithAnotherIdentityIsRefusedAndSeesNoRequest() throws Exception {
    Http2Server server = http2();
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    assertThatThrownBy(() -> get("/")).isInstanceOf(SSLException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.arrived()).isEmpty();
  }

  @Test
  void aResumedSessionIsJudgedAgain() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    get("/");
    // The same context, hence a session that may be resumed; another expectation.
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    assertThatThrownBy(() -> get("/")).isInstanceOf(SSLException.class);
    assertThat(server.arrived()).hasSize(1);
  }

  @Test
  void anAttemptThatHangsIsStoppedAndTriedElsewhere() throws Exception {
    Http2Server hanging = http2();
    hanging.answering(hanging.hang());
    Http2Server other = http2();
    mesh.script(Script.to(endpoint(hanging), endpoint(other)).perTry(Duration.ofMillis(700)));
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(other.arrived()).hasSize(1);
  }

  @Test
  void timeThatIsUpWhileTheBodyArrivesIsATimeout() throws Exception {
    Http2Server hanging = http2();
    hanging.answering(hanging.hangInBody());
    mesh.script(Script.to(endpoint(hanging)).perTry(Duration.ofDays(1)));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request("/").build(), BodyHandlers.ofString());
    eventually(() -> statusesOf(mesh.calls()).contains(200), () -> "the head of the response");
    mesh.call().attempts().get(0).expireCall();
    assertThatThrownBy(() -> response.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void cancellingStopsTheCall() throws Exception {
    Http2Server hanging = http2();
    hanging.answering(hanging.hang());
    Http2Server other = http2();
    mesh.script(Script.to(endpoint(hanging), endpoint(other)));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request("/").build(), BodyHandlers.ofString());
    eventually(() -> hanging.arrived().size() == 1, () -> "the request");
    assertThat(response.cancel(true)).isTrue();
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    assertThat(other.arrived()).isEmpty();
  }

  @Test
  void theLastRefusalIsATimeoutOfTheLibrary() throws Exception {
    Http2Server hanging = http2();
    hanging.answering(hanging.hang());
    mesh.script(
        Script.to(endpoint(hanging))
            .perTry(Duration.ofMillis(700))
            .thenRefusing(Step.Reason.TIMEOUT, "orders: no answer within 700 ms"));
    assertThatThrownBy(() -> get("/"))
        .isInstanceOf(HttpTimeoutException.class)
        .hasMessage("orders: no answer within 700 ms");
  }

  @Test
  void aRedirectIsACallOfItsOwnWithHeadersOfItsOwn() throws Exception {
    Http2Server server = http2().answering(Reply.redirect(URL + "/there"));
    mesh.script(Script.to(endpoint(server)));
    HttpResponse<String> response = get("/here");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.previousResponse().map(HttpResponse::statusCode)).contains(302);
    assertThat(server.arrived()).extracting(Arrived::target).containsExactly("/here", "/there");
    assertThat(server.arrived()).allMatch(a -> a.traceparents().size() == 1);
    assertThat(mesh.calls()).hasSize(2);
  }

  @Test
  void aRedirectAfterARetryIsFollowed() throws Exception {
    Http2Server first = http2().answering(Reply.status(503));
    Http2Server second = http2().answering(Reply.redirect(URL + "/there"));
    mesh.script(Script.to(endpoint(first), endpoint(second)));
    HttpResponse<String> response = get("/here");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(mesh.calls().get(0).statuses()).containsExactly(503, 302);
  }

  @Test
  void manyRequestsAtOnceKeepTheirBodies() throws Exception {
    Http2Server server = http2().answering(Reply.status(503), Reply.status(503));
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    get("/warm");
    List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      HttpRequest request = request("/" + i).PUT(BodyPublishers.ofString("body " + i)).build();
      responses.add(client.sendAsync(request, BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> response : responses) {
      assertThat(response.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
    assertThat(server.arrived())
        .filteredOn(a -> !a.body().isEmpty())
        .allMatch(a -> a.body().equals("body " + a.target().substring(1)));
  }

  private static List<Integer> statusesOf(List<ScriptedCall> calls) {
    return calls.stream().flatMap(call -> call.statuses().stream()).toList();
  }

  private Http2Server http2() throws Exception {
    return closing(Http2Server.secured(SERVER));
  }

  private static TestEndpoint endpoint(Http2Server server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(URL + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }
}
