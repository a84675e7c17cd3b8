// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.Feature;
import io.inboard.contract.FrameServer;
import io.inboard.contract.FrameServer.Reply;
import io.inboard.contract.Script;
import io.inboard.contract.Shows;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two attempts of one call at a time: the first good answer counts, the other one is stopped. */
@Shows(Feature.HEDGING)
final class HedgingTest extends JdkHarness {
  private static final Duration SOON = Duration.ofMillis(50);
  private static final HttpRequest GET = HttpRequest.newBuilder(URI.create(URL + "/a")).build();

  @Test
  void theSecondAnswersForOneThatHangs() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer quick = plainServer();
    mesh.script(Script.to(plain(hanging), plain(quick)).hedgeAfter(SOON));
    HttpResponse<String> response = client.send(GET, BodyHandlers.ofString());
    assertThat(response.body()).isEqualTo("answer 200");
    assertThat(response.request()).isEqualTo(GET);
    assertThat(mesh.call().lost()).containsExactly(1);
    assertThat(mesh.call().statuses()).containsExactly(200);
    assertThat(mesh.call().failures()).isEmpty();
    assertThat(hanging.received().get(0).header("x-attempt")).contains("1");
    assertThat(quick.received().get(0).header("x-attempt")).contains("2");
    assertThat(quick.received().get(0).header("x-first-only")).isEmpty();
    eventually(() -> hanging.left() == 1, () -> "the end of the slow attempt's connection");
  }

  @Test
  void theSameAsynchronouslyAndWithABody() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer quick = plainServer();
    mesh.script(Script.to(plain(hanging), plain(quick)).hedgeAfter(SOON));
    HttpRequest put =
        HttpRequest.newBuilder(URI.create(URL + "/")).PUT(BodyPublishers.ofString("body")).build();
    assertThat(
            client.sendAsync(put, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS).statusCode())
        .isEqualTo(200);
    assertThat(hanging.received().get(0).text()).isEqualTo("body");
    assertThat(quick.received().get(0).text()).isEqualTo("body");
    assertThat(mesh.call().lost()).containsExactly(1);
  }

  @Test
  void aSlowOneThatAnswersFirstWins() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(200, "slow").after(open));
    TestServer hanging = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(slow), plain(hanging)).hedgeAfter(SOON));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(GET, BodyHandlers.ofString());
    eventually(() -> hanging.received().size() == 1, () -> "the second attempt");
    open.countDown();
    assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo("slow");
    assertThat(mesh.call().lost()).containsExactly(2);
    eventually(() -> hanging.left() == 1, () -> "the end of the second attempt's connection");
  }

  @Test
  void oneThatAnswersInTimeIsAlone() throws Exception {
    TestServer quick = plainServer();
    TestServer other = plainServer();
    mesh.script(Script.to(plain(quick), plain(other)).hedgeAfter(Duration.ofSeconds(10)));
    assertThat(client.send(GET, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    assertThat(other.received()).isEmpty();
    assertThat(mesh.call().lost()).isEmpty();
  }

  @Test
  void aSecondThatFailsLetsTheFirstBeWaitedFor() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(200, "slow").after(open));
    mesh.script(Script.to(plain(slow), TestEndpoint.plain(HOST, refusing())).hedgeAfter(SOON));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(GET, BodyHandlers.ofString());
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().failures().size() == 1, () -> "a failure");
    assertThat(response).isNotDone();
    open.countDown();
    assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo("slow");
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(mesh.call().lost()).isEmpty();
  }

  @Test
  void anAnswerThatIsNotGoodEnoughLetsTheOtherBeWaitedFor() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(503).after(open));
    CountDownLatch openLater = new CountDownLatch(1);
    TestServer other = plainServer().answering(Answer.status(200, "good").after(openLater));
    mesh.script(Script.to(plain(slow), plain(other)).hedgeAfter(SOON));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(GET, BodyHandlers.ofString());
    eventually(() -> other.received().size() == 1, () -> "the second attempt");
    open.countDown();
    eventually(() -> mesh.call().statuses().size() == 1, () -> "the 503");
    assertThat(response).isNotDone();
    openLater.countDown();
    assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo("good");
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
    assertThat(mesh.call().lost()).isEmpty();
  }

  @Test
  void whenBothFailTheCallGoesOn() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer one = plainServer().answering(Answer.CLOSE.after(open));
    TestServer two = plainServer().answering(Answer.status(503).after(open));
    TestServer three = plainServer();
    mesh.script(Script.to(plain(one), plain(two), plain(three)).hedgeAfter(SOON));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(GET, BodyHandlers.ofString());
    eventually(() -> two.received().size() == 1, () -> "the second attempt");
    open.countDown();
    assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo("answer 200");
    assertThat(three.received().get(0).header("x-attempt")).contains("3");
    assertThat(mesh.call().lost()).isEmpty();
  }

  @Test
  void givingUpStopsBoth() throws Exception {
    TestServer one = plainServer().answering(Answer.HANG);
    TestServer two = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(one), plain(two)).hedgeAfter(SOON));
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(GET, BodyHandlers.ofString());
    eventually(() -> two.received().size() == 1, () -> "the second attempt");
    response.cancel(true);
    eventually(() -> one.left() == 1 && two.left() == 1, () -> "the end of both connections");
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
  }

  @Test
  void theApplicationsTimeoutStopsBoth() throws Exception {
    TestServer one = plainServer().answering(Answer.HANG);
    TestServer two = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(one), plain(two)).hedgeAfter(SOON));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL + "/")).timeout(Duration.ofSeconds(8)).build();
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request, BodyHandlers.ofString());
    eventually(() -> two.received().size() == 1, () -> "the second attempt");
    assertThat(response)
        .failsWithin(PATIENCE)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(java.net.http.HttpTimeoutException.class);
    eventually(() -> one.left() == 1 && two.left() == 1, () -> "the end of both connections");
  }

  @Test
  void anAttemptThatIsStillConnectingKeepsItsOwnHeaders() throws Exception {
    // Its TLS handshake is answered only after the second attempt has won.
    ServerSocket silent = closing(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
    TestServer quick = securedServer();
    TestEndpoint deaf =
        TestEndpoint.secured(
            HOST, (InetSocketAddress) silent.getLocalSocketAddress(), CLIENT, SERVER_ID);
    mesh.script(Script.to(deaf, secured(quick)).hedgeAfter(SOON));
    assertThat(client.send(GET, BodyHandlers.ofString()).body()).isEqualTo("answer 200");
    assertThat(quick.received().get(0).header("x-attempt")).contains("2");
    assertThat(mesh.call().lost()).containsExactly(1);
  }

  @Test
  void overHttp2TheLoserIsResetAndItsConnectionLives() throws Exception {
    FrameServer slow = closing(new FrameServer(SERVER)).answering(Reply.HANG);
    FrameServer quick = closing(new FrameServer(SERVER));
    TestEndpoint first = endpoint(slow);
    mesh.script(Script.to(first, endpoint(quick)).hedgeAfter(Duration.ofMillis(1500)));
    assertThat(client.send(GET, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(mesh.call().lost()).containsExactly(1);
    eventually(
        () -> slow.resets().equals(java.util.List.of(FrameServer.CANCEL)), () -> "a reset stream");
    mesh.script(Script.to(first));
    assertThat(client.send(GET, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(slow.requests()).isEqualTo(2);
    assertThat(slow.connections()).isEqualTo(1);
  }

  @Test
  void onlyWhatCanBeSentTwiceAtATimeIsHedgeable() throws Exception {
    assertThat(hedgeable(BodyPublishers.noBody())).isTrue();
    assertThat(hedgeable(BodyPublishers.ofString("body"))).isTrue();
    assertThat(
            hedgeable(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[] {1}))))
        .isFalse();
  }

  private boolean hedgeable(BodyPublisher body) throws Exception {
    mesh.script(Script.to(plain(plainServer())));
    HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/")).PUT(body).build();
    client.send(request, BodyHandlers.discarding());
    return mesh.calls().get(mesh.calls().size() - 1).request().hedgeable();
  }

  private static TestEndpoint endpoint(FrameServer server) throws IOException {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }
}
