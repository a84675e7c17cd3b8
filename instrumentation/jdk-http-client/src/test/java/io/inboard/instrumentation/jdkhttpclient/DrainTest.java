// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.instrumentation.jdkhttpclient.Http2Server.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What becomes of the answers over HTTP/2 that the application does not get. Tomcat bears some two
 * resets of a young connection, then ends it.
 */
final class DrainTest extends JdkHarness {
  private final AtomicInteger resets = new AtomicInteger();

  @Test
  void answersThatAreRetriedDoNotWearOutTheirConnection() throws Exception {
    Http2Server server = http2();
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    for (int i = 0; i < 20; i++) {
      server.answering(slow503(server, 3 * i + 2), slow503(server, 3 * i + 3), Reply.status(200));
      assertThat(send(get())).isEqualTo(200);
    }
    assertThat(mesh.calls()).allMatch(call -> call.statuses().equals(List.of(503, 503, 200)));
    assertThat(server.arrived()).hasSize(60);
    assertFewResets(40);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void norDoThoseOfManyRequestsAtOnce() throws Exception {
    Http2Server server = http2();
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint, endpoint, endpoint, endpoint));
    send(get());
    for (int i = 0; i < 5; i++) {
      server.answering(slow503(server, 26));
    }
    List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpRequest request = request().PUT(BodyPublishers.ofString("body")).build();
      responses.add(client.sendAsync(request, BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> response : responses) {
      assertThat(response.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
    assertFewResets(5);
    assertThat(server.connections()).isEqualTo(1);
  }

  /** The server goes on with that body only once the test is over. */
  @Test
  void aBodyThatDoesNotEndHoldsUpNoRetry() throws Exception {
    Http2Server server = http2();
    server.answering(server.hangInBodyOf503());
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(get())).isEqualTo(200);
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aBodyThatIsNotShortIsReset() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    Http2Server server = http2().answering(Http2Server.endless503(stopped));
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(get())).isEqualTo(200);
    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(send(get())).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
  }

  /**
   * Ends once that many requests have arrived, the retry of its own among them: what resets its
   * stream comes before that, on the same connection.
   */
  private Reply slow503(Http2Server server, int requests) {
    return Http2Server.slow503(
        () ->
            eventually(
                () -> server.arrived().size() >= requests,
                () -> server.arrived().size() + " of " + requests),
        resets);
  }

  /** A few are reset where a busy machine takes longer than the second that the client waits. */
  private void assertFewResets(int retries) {
    assertThat(resets.get()).isLessThanOrEqualTo(retries / 2);
  }

  private int send(HttpRequest request) throws Exception {
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .get(20, TimeUnit.SECONDS)
        .statusCode();
  }

  private static HttpRequest get() {
    return request().build();
  }

  private static HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create(URL + "/"));
  }

  private Http2Server http2() throws Exception {
    return closing(Http2Server.secured(SERVER));
  }

  private static TestEndpoint endpoint(Http2Server server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }
}
