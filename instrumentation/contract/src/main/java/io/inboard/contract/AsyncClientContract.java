// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What a library that sends without blocking its caller does beyond {@link ClientContract}: nothing
 * that the mesh says holds up the caller's thread, which may be an event loop; what is cancelled
 * leaves nothing behind, at whichever moment; calls that share a connection of HTTP/2 have nothing
 * else in common. The subclass overrides {@link #start}.
 */
public abstract class AsyncClientContract extends ClientHarness {
  /** Longer than any test: whoever waits for it fails. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final Request GET = Request.get(URL + "/");

  private static final Set<String> OVER_HTTP2 =
      Set.of(
          "aStreamThatTheServerResetsFailsNoOther",
          "anAttemptWhoseTimeIsUpFailsNoOther",
          "aCallThatIsCancelledFailsNoOther",
          "aBodyThatEndsBeforeItsLengthIsAnError",
          "anAnswerToARequestWhoseBodyTheServerDoesNotReadArrives",
          "eachCallOnAConnectionIsRepeatedByItself");

  /**
   * Whether a test has a server that speaks HTTP/2 alone; the others have one of HTTP/1.1. For a
   * library whose application chooses between them.
   */
  protected static boolean isOverHttp2(TestInfo test) {
    return OVER_HTTP2.contains(test.getTestMethod().orElseThrow().getName());
  }

  @Override
  protected abstract Running start(Request request);

  @Override
  protected final Response send(Request request) throws Exception {
    return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @BeforeEach
  final void sendsWithoutBlocking() {
    needs(Capability.ASYNC);
  }

  /** Fails if the caller's thread is held up. */
  private Running startAtOnce(Request request) throws Exception {
    CompletableFuture<Running> started = new CompletableFuture<>();
    Thread caller = new Thread(() -> started.complete(start(request)), "contract-caller");
    caller.setDaemon(true);
    caller.start();
    return started.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  // The caller's thread.

  /** For its turn in a full pool, or for DNS to answer. */
  @Test
  @Shows(Feature.ASYNC)
  void aCallThatWaitsForTheMeshReturnsToItsCaller() throws Exception {
    TestServer server = plainServer();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.to(plain(server)).waitingFor(gate));
    Running running = startAtOnce(GET);
    assertThat(running.response()).isNotDone();
    gate.complete(null);
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
  }

  @Test
  @Shows(Feature.ASYNC)
  void aCallThatIsSentLaterReturnsToItsCaller() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)).delayFirst(NEVER));
    Running running = startAtOnce(GET);
    assertThat(running.response()).isNotDone();
    isGivenUp(running, 1);
    assertThat(server.connections()).isZero();
  }

  @Test
  void callsThatWaitHoldUpNoOther() throws Exception {
    needs(Capability.WAITS_WITHOUT_THREAD);
    TestServer server = plainServer();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.to(plain(server)).waitingFor(gate));
    List<Running> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      waiting.add(startAtOnce(GET));
    }
    eventually(() -> mesh.calls().size() == 8, () -> "8 calls that wait");
    mesh.script(Script.to(plain(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    gate.complete(null);
    for (Running each : waiting) {
      assertThat(each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aCallBetweenTwoAttemptsHoldsUpNoOther() throws Exception {
    needs(Capability.WAITS_WITHOUT_THREAD);
    needs(Capability.CANCEL);
    TestServer broken = plainServer().answering(Answer.status(503));
    TestServer healthy = plainServer();
    mesh.script(Script.to(plain(broken), plain(broken)).delay(NEVER));
    Running waiting = startAtOnce(GET);
    eventually(
        () -> mesh.calls().size() == 1 && mesh.call().statuses().size() == 1, () -> "the 503");
    mesh.script(Script.to(plain(healthy)));
    assertThat(send(GET).status()).isEqualTo(200);
    isGivenUp(waiting, 2);
    assertThat(broken.received()).hasSize(1);
  }

  // Cancelled before, during and after connecting.

  @Test
  void cancellingWhileTheMeshDecidesSendsNothing() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = plainServer();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    mesh.script(Script.to(plain(server)).waitingFor(gate));
    Running running = startAtOnce(GET);
    isGivenUp(running, 1);
    gate.complete(null);
    assertThat(server.connections()).isZero();
  }

  @Test
  void cancellingWhileConnectingClosesTheConnection() throws Exception {
    needs(Capability.CANCEL);
    Silent server = closing(new Silent());
    mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
    Running running = startAtOnce(GET);
    eventually(() -> server.greeted.get() == 1, () -> "the beginning of a handshake");
    isGivenUp(running, 1);
    eventually(() -> server.left.get() == 1, () -> "the end of the connection");
    assertThat(mesh.call().attempts()).hasSize(1);
  }

  @Test
  @Shows(Feature.ASYNC)
  void cancellingBeforeTheResponseClosesTheConnection() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = closing(TestServer.secured(SERVER)).answering(Answer.HANG);
    mesh.script(Script.to(secured(server)));
    Running running = startAtOnce(GET);
    eventually(() -> server.received().size() == 1, () -> "the request");
    isGivenUp(running, 1);
    eventually(() -> server.left() == 1, () -> "the end of the connection");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void cancellingWithinTheBodyClosesTheConnection() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = closing(TestServer.secured(SERVER)).answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(secured(server)));
    Running running = startAtOnce(GET);
    eventually(
        () -> mesh.calls().size() == 1 && mesh.call().statuses().size() == 1, () -> "the head");
    isGivenUp(running, 1);
    eventually(() -> server.left() == 1, () -> "the end of the connection");
  }

  @Test
  void cancellingAfterTheEndIsNoNewsAndKeepsTheConnection() throws Exception {
    needs(Capability.CANCEL);
    TestServer server = closing(TestServer.secured(SERVER));
    mesh.script(Script.to(secured(server)));
    Running running = startAtOnce(GET);
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
    running.cancel().run();
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(mesh.calls()).noneMatch(ScriptedCall::wasAbandoned);
  }

  /** Cancels; the application has its error, and the mesh knows, of the call with this number. */
  private void isGivenUp(Running running, int calls) {
    eventually(() -> mesh.calls().size() == calls, () -> calls + " calls");
    running.cancel().run();
    assertThat(running.response()).failsWithin(PATIENCE);
    eventually(() -> mesh.calls().get(0).wasAbandoned(), () -> "the news that it is abandoned");
    eventually(() -> mesh.calls().get(0).doneCount() == 1, () -> "the end of the call");
  }

  // Calls on one connection of HTTP/2.

  @Test
  @Shows(Feature.HTTP2)
  void aStreamThatTheServerResetsFailsNoOther() throws Exception {
    needs(Capability.HTTP2);
    FrameServer server = warm();
    server.answering(
        FrameServer.Reply.HOLD, FrameServer.Reply.RESET_STREAM, FrameServer.Reply.HOLD);
    Running one = startAfter(server, 1);
    Running reset = startAfter(server, 2);
    assertThat(reset.response()).failsWithin(PATIENCE);
    Running three = startAfter(server, 3);
    boolean kept = capabilities().contains(Capability.KEEPS_RESET_CONNECTION);
    answersAreGood(server, kept ? 1 : 2, one, three);
    assertThat(mesh.calls().get(2).progress()).containsExactly(Progress.SENT);
    assertThat(mesh.calls()).noneMatch(ScriptedCall::wasAbandoned);
  }

  @Test
  @Shows(Feature.HTTP2)
  void anAttemptWhoseTimeIsUpFailsNoOther() throws Exception {
    needs(Capability.HTTP2);
    FrameServer server = warm();
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.HANG, FrameServer.Reply.HOLD);
    Running one = startAfter(server, 1);
    Running hanging = startAfter(server, 2);
    Running three = startAfter(server, 3);
    mesh.calls().get(2).attempts().get(0).expire();
    assertThat(hanging.response()).failsWithin(PATIENCE);
    eventually(
        () -> server.resets().equals(List.of(FrameServer.CANCEL)), () -> "the reset of its stream");
    answersAreGood(server, one, three);
  }

  @Test
  void aCallThatIsCancelledFailsNoOther() throws Exception {
    needs(Capability.HTTP2);
    needs(Capability.CANCEL);
    FrameServer server = warm();
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.HANG, FrameServer.Reply.HOLD);
    Running one = startAfter(server, 1);
    Running hanging = startAfter(server, 2);
    Running three = startAfter(server, 3);
    hanging.cancel().run();
    assertThat(hanging.response()).failsWithin(PATIENCE);
    eventually(() -> mesh.calls().get(2).wasAbandoned(), () -> "the news that it is abandoned");
    eventually(
        () -> server.resets().equals(List.of(FrameServer.CANCEL)), () -> "the reset of its stream");
    answersAreGood(server, one, three);
  }

  @Test
  @Shows(Feature.HTTP2)
  void eachCallOnAConnectionIsRepeatedByItself() throws Exception {
    needs(Capability.HTTP2);
    FrameServer server = closing(new FrameServer(SERVER));
    TestEndpoint endpoint = TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(GET).status()).isEqualTo(200);
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.UNAVAILABLE, FrameServer.Reply.HOLD);
    Running one = startAfter(server, 1);
    Running repeated = startAtOnce(GET);
    eventually(() -> server.requests() == 4, () -> "the second attempt of the second call");
    answersAreGood(server, one, repeated);
    assertThat(mesh.calls().get(1).attempts()).hasSize(1);
    assertThat(mesh.calls().get(2).statuses()).containsExactly(503, 200);
    for (ScriptedCall call : mesh.calls()) {
      assertThat(call.attempts())
          .allSatisfy(
              attempt -> {
                assertThat(attempt.headerWrites()).isEqualTo(1);
                assertThat(attempt.versions()).containsExactly("2");
                assertThat(attempt.connections()).hasSize(1);
              });
    }
  }

  /** As over HTTP/1.1, which the application would speak without the mesh. */
  @Test
  @Shows(Feature.HTTP2)
  void aBodyThatEndsBeforeItsLengthIsAnError() throws Exception {
    needs(Capability.HTTP2);
    FrameServer server = warm();
    needs(Capability.COUNTS_BODY);
    server.answering(FrameServer.Reply.SHORT_BODY);
    assertThatThrownBy(() -> send(GET)).isInstanceOf(ExecutionException.class);
    assertThat(send(GET).status()).isEqualTo(200);
  }

  /** Its flow control lets no more than 64 kB pass: what is thrown by writing is no answer. */
  @Test
  @Shows(Feature.HTTP2)
  void anAnswerToARequestWhoseBodyTheServerDoesNotReadArrives() throws Exception {
    needs(Capability.HTTP2);
    FrameServer server = warm();
    needs(Capability.READS_EARLY_ANSWER);
    server.answering(FrameServer.Reply.ANSWER_EARLY);
    Response response = send(Request.post(URL + "/", "x".repeat(200_000)));
    assertThat(response.status()).isEqualTo(413);
    assertThat(response.text()).isEqualTo("a");
  }

  /** A server that has a connection already, which calls that are not repeated share. */
  private FrameServer warm() throws Exception {
    FrameServer server = closing(new FrameServer(SERVER));
    mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)));
    assertThat(send(GET).status()).isEqualTo(200);
    return server;
  }

  /** Starts a call, the so-manieth after the one that made the connection. */
  private Running startAfter(FrameServer server, int number) throws Exception {
    Running running = startAtOnce(GET);
    eventually(() -> server.requests() == number + 1, () -> "request " + number);
    return running;
  }

  private static void answersAreGood(FrameServer server, Running... running) throws Exception {
    answersAreGood(server, 1, running);
  }

  private static void answersAreGood(FrameServer server, int connections, Running... running)
      throws Exception {
    for (Running each : running) {
      assertThat(each.response()).isNotDone();
    }
    server.release();
    for (Running each : running) {
      assertThat(each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
          .isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(connections);
  }

  /** Accepts connections, reads, and never says a word. */
  private static final class Silent implements AutoCloseable {
    final AtomicInteger greeted = new AtomicInteger();
    final AtomicInteger left = new AtomicInteger();
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    Silent() throws IOException {
      Thread thread = new Thread(this::accept, "contract-silent-peer");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      while (!listener.isClosed()) {
        try (Socket socket = listener.accept()) {
          InputStream in = socket.getInputStream();
          if (in.read() >= 0) {
            greeted.incrementAndGet();
          }
          readToEnd(in);
          left.incrementAndGet();
        } catch (IOException e) {
          // The test is over.
        }
      }
    }

    private static void readToEnd(InputStream in) {
      try {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      } catch (IOException e) {
        // A reset is an end, too.
      }
    }

    InetSocketAddress address() {
      return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
