// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.Answer;
import io.inboard.contract.FrameServer;
import io.inboard.contract.FrameServer.Reply;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What is given up stops on the wire: a connection of HTTP/1.1 is closed, a stream of HTTP/2 is
 * reset and its connection lives. The rest is in the contract.
 */
final class StopTest extends JdkHarness {
  private static final HttpRequest GET = HttpRequest.newBuilder(URI.create(URL + "/")).build();

  @Test
  void anAttemptWhoseTimeIsUpResetsItsStream() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.HANG);
    mesh.script(Script.to(endpoint, endpoint).perTry(Duration.ofSeconds(2)));
    assertThat(client.send(GET, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    isResetAndLives(server, 3);
  }

  @Test
  void timeThatIsUpInTheBodyResetsItsStream() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.HANG_IN_BODY);
    CompletableFuture<HttpResponse<Void>> response =
        client.sendAsync(GET, BodyHandlers.discarding());
    eventually(
        () -> mesh.calls().size() == 2 && mesh.calls().get(1).statuses().size() == 1,
        () -> "the head");
    mesh.calls().get(1).attempts().get(0).expireCall();
    assertThat(response).failsWithin(PATIENCE);
    isResetAndLives(server, 2);
  }

  @Test
  void cancellingTheFutureResetsItsStream() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.HANG);
    CompletableFuture<HttpResponse<Void>> response =
        client.sendAsync(GET, BodyHandlers.discarding());
    eventually(() -> server.requests() == 2, () -> "the request");
    response.cancel(true);
    isResetAndLives(server, 2);
    eventually(() -> mesh.calls().get(1).wasAbandoned(), () -> "the news that it is abandoned");
  }

  @Test
  void cancellingWhileTheMeshBeginsTheCallSendsNothing() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    CompletableFuture<CompletableFuture<?>> started = new CompletableFuture<>();
    Outbound cancelled =
        request -> {
          Call call = mesh.begin(request);
          started.join().cancel(true);
          return call;
        };
    Inboard.serve(new Inboard.Core(cancelled, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
    started.complete(client.sendAsync(GET, BodyHandlers.discarding()));
    eventually(
        () -> mesh.calls().size() == 1 && mesh.call().wasAbandoned(),
        () -> "the news that it is abandoned");
    assertThat(server.received()).isEmpty();
  }

  @Test
  void theApplicationsTimeoutResetsItsStream() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.HANG);
    HttpRequest request = HttpRequest.newBuilder(GET.uri()).timeout(Duration.ofSeconds(2)).build();
    assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
        .isInstanceOf(HttpTimeoutException.class);
    isResetAndLives(server, 2);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.SENT);
  }

  @Test
  void anInterruptResetsTheStream() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.HANG);
    interruptWhen(() -> server.requests() == 2, false);
    isResetAndLives(server, 2);
  }

  @Test
  void anInterruptOfAVirtualThreadClosesTheConnection() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(server)));
    interruptWhen(() -> server.received().size() == 1, Runtime.version().feature() >= 21);
    eventually(() -> server.left() == 1, () -> "the end of the connection");
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
  }

  @Test
  void aConnectionThatDiesBeforeTheHeadIsNoAnswer() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.RESET);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(client.sendAsync(GET, BodyHandlers.discarding()).get().statusCode()).isEqualTo(200);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.SENT);
  }

  @Test
  void aConnectionThatDiesAfterTheHeadIsTheApplicationsToSee() throws Exception {
    FrameServer server = warm();
    server.answering(Reply.RESET_IN_BODY);
    mesh.script(Script.to(endpoint, endpoint));
    assertThatThrownBy(
            () ->
                client.send(
                    GET,
                    head -> {
                      server.headSeen();
                      return BodySubscribers.discarding();
                    }))
        .isInstanceOf(IOException.class);
    assertThat(mesh.calls().get(1).attempts()).hasSize(1);
    assertThat(server.requests()).isEqualTo(2);
  }

  private TestEndpoint endpoint;

  /** A server that has a connection already, so that no handshake takes part in a bound of time. */
  private FrameServer warm() throws Exception {
    FrameServer server = closing(new FrameServer(SERVER));
    endpoint = TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
    mesh.script(Script.to(endpoint));
    client.send(GET, BodyHandlers.discarding());
    return server;
  }

  private void isResetAndLives(FrameServer server, int requests) throws Exception {
    eventually(
        () -> server.resets().equals(List.of(FrameServer.CANCEL)), () -> "" + server.resets());
    mesh.script(Script.to(endpoint));
    assertThat(client.send(GET, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(server.requests()).isEqualTo(requests + 1);
    assertThat(server.connections()).isEqualTo(1);
  }

  private void interruptWhen(java.util.function.BooleanSupplier sent, boolean virtual)
      throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Runnable task =
        () -> {
          try {
            client.send(GET, BodyHandlers.discarding());
          } catch (Throwable e) {
            thrown.set(e);
          }
        };
    Thread thread =
        virtual
            ? (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task)
            : new Thread(task);
    if (!virtual) {
      thread.start();
    }
    eventually(sent, () -> "the request");
    thread.interrupt();
    thread.join(20_000);
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }
}
