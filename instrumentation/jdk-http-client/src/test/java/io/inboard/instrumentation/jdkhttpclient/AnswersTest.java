// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A response of the mesh is one of the JDK's in every respect that an application can ask. */
final class AnswersTest extends JdkHarness {
  private static final HttpRequest REQUEST = HttpRequest.newBuilder(URI.create(URL + "/a")).build();

  @Test
  void allThatAResponseTellsIsThere() throws Exception {
    mesh.script(Script.answering(203, Map.of("X-Made-By", "the mesh"), "body"));
    HttpResponse<String> response = client.send(REQUEST, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(203);
    assertThat(response.body()).isEqualTo("body");
    assertThat(response.headers().firstValue("x-made-by")).contains("the mesh");
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(4);
    assertThat(response.uri()).isEqualTo(REQUEST.uri());
    assertThat(response.request()).isEqualTo(REQUEST);
    assertThat(response.previousResponse()).isEmpty();
    assertThat(response.sslSession()).isEmpty();
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.toString()).contains("203");
  }

  @Test
  void everyKindOfBodyHandlerGetsTheBody() throws Exception {
    mesh.script(Script.answering(200, Map.of(), "one\ntwo"));
    assertThat(client.send(REQUEST, BodyHandlers.ofByteArray()).body())
        .isEqualTo("one\ntwo".getBytes(UTF_8));
    assertThat(client.send(REQUEST, BodyHandlers.ofInputStream()).body().readAllBytes())
        .isEqualTo("one\ntwo".getBytes(UTF_8));
    assertThat(client.send(REQUEST, BodyHandlers.ofLines()).body()).containsExactly("one", "two");
    assertThat(client.send(REQUEST, BodyHandlers.discarding()).body()).isNull();
    assertThat(client.send(REQUEST, BodyHandlers.replacing("other")).body()).isEqualTo("other");
    assertThat(client.send(REQUEST, mapping()).body()).isEqualTo("one\ntwo");
    // A publisher, whose subscriber comes late and asks for one piece at a time.
    Slow slow = new Slow();
    client
        .sendAsync(REQUEST, BodyHandlers.ofPublisher())
        .get(20, TimeUnit.SECONDS)
        .body()
        .subscribe(slow);
    assertThat(slow.text.get(20, TimeUnit.SECONDS)).isEqualTo("one\ntwo");
  }

  /** Reads a stream inside the mapping, as adapters of JSON libraries do. */
  private static BodyHandler<String> mapping() {
    return head ->
        BodySubscribers.mapping(
            BodySubscribers.ofInputStream(),
            in -> {
              try (in) {
                return new String(in.readAllBytes(), UTF_8);
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  @Test
  void aHandlerThatThrowsIsTheApplicationsError() {
    mesh.script(Script.answering(200, Map.of(), "body"));
    assertThatThrownBy(
            () ->
                client.send(
                    REQUEST,
                    head -> {
                      throw new IllegalStateException("mine");
                    }))
        .hasRootCauseMessage("mine");
  }

  @Test
  void theAnswerToAHeadHasNoBody() throws Exception {
    mesh.script(Script.answering(200, Map.of(), "body"));
    HttpRequest head =
        HttpRequest.newBuilder(REQUEST.uri())
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = client.send(head, BodyHandlers.ofString());
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(4);
  }

  @Test
  void anAnswerThatRedirectsIsFollowed() throws Exception {
    mesh.script(Script.answering(302, Map.of("location", URL + "/there"), ""));
    // Each hop is a call of its own, until the JDK has had enough of going round.
    HttpResponse<String> response = client.send(REQUEST, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(response.previousResponse()).isPresent();
    assertThat(mesh.calls()).hasSizeGreaterThan(2);
    assertThat(mesh.calls().get(1).request().target()).isEqualTo("/there");
  }

  @Test
  void theConnectionOfTheResponseThatNobodySeesIsKept() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    var endpoint = plain(server);
    mesh.script(Script.to(endpoint).thenAnswering(200, Map.of(), "instead"));
    assertThat(client.send(REQUEST, BodyHandlers.ofString()).body()).isEqualTo("instead");
    mesh.script(Script.to(endpoint));
    assertThat(client.send(REQUEST, BodyHandlers.ofString()).body()).isEqualTo("answer 200");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theMeshSeesABodyThatItWants() throws Exception {
    String body = "0123456789".repeat(10_000);
    TestServer server =
        plainServer()
            .answering(
                Answer.status(200, body),
                Answer.status(200, body),
                Answer.status(200, body),
                Answer.status(204, ""),
                Answer.status(200, body));
    mesh.script(Script.to(plain(server)).wantingBodies(body.length()));
    assertThat(client.send(REQUEST, BodyHandlers.ofString()).body()).isEqualTo(body);
    assertThat(client.send(REQUEST, mapping()).body()).isEqualTo(body);
    assertThat(client.send(REQUEST, BodyHandlers.discarding()).body()).isNull();
    assertThat(client.send(REQUEST, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    mesh.script(Script.to(plain(server)).wantingBodies(body.length() - 1));
    assertThat(client.send(REQUEST, BodyHandlers.ofString()).body()).isEqualTo(body);
    for (int i = 0; i < 3; i++) {
      assertThat(mesh.calls().get(i).bodies()).containsExactly(body);
    }
    assertThat(mesh.calls().get(3).bodies()).containsExactly("");
    assertThat(mesh.calls().get(4).bodies()).isEmpty();
  }

  @Test
  void whoEndsAWaitDoesNotRunTheApplication() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.answering(200, Map.of(), "body").waitingFor(gate));
    AtomicReference<Thread> handler = new AtomicReference<>();
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(
            REQUEST,
            head -> {
              handler.set(Thread.currentThread());
              return BodySubscribers.ofString(UTF_8);
            });
    eventually(() -> !mesh.calls().isEmpty(), () -> "the call");
    gate.complete(null);
    assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo("body");
    assertThat(handler.get()).isNotSameAs(Thread.currentThread());
  }

  /** Asks for one piece after the other. */
  private static final class Slow implements Flow.Subscriber<List<ByteBuffer>> {
    final CompletableFuture<String> text = new CompletableFuture<>();
    private final List<String> pieces = new ArrayList<>();
    private Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription = s;
      s.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
      item.forEach(b -> pieces.add(UTF_8.decode(b).toString()));
      subscription.request(1);
    }

    @Override
    public void onError(Throwable e) {
      text.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      text.complete(String.join("", pieces));
    }
  }
}
