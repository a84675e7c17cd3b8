// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.contract.Answer;
import io.inboard.contract.Received;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hop that the mesh only watches, step by step where the JDK gives no time to look. */
final class WatchedHopTest extends JdkHarness {
  /** Of which nothing can be found out. */
  private static final Object NO_EXCHANGE = new Object();

  private static final IOException ERROR = new IOException("on purpose");

  /** The adapter in the JDK has classes of its own; those that tests see must reach it, too. */
  @BeforeAll
  static void openTheJdk() {
    Map<String, Set<Module>> opened = new HashMap<>();
    for (String name : List.of("jdk.internal.net.http", "jdk.internal.net.http.common")) {
      opened.put(name, Set.of(WatchedHopTest.class.getModule()));
    }
    ByteBuddyAgent.install()
        .redefineModule(
            HttpRequest.class.getModule(), Set.of(), Map.of(), opened, Set.of(), Map.of());
  }

  private static Outgoing outgoing() {
    return Outgoing.of(Internals.copy(HttpRequest.newBuilder(URI.create(URL + "/")).build()));
  }

  private ScriptedCall begin(Outgoing outgoing) {
    return (ScriptedCall) mesh.begin(new HopRequest(outgoing, false, false));
  }

  private static Attempt first(Call call) {
    return ((Step.Send) call.first()).attempt();
  }

  @Test
  void aFailureOfWhichNothingCanBeFoundOutCountsAsSent() {
    Outgoing outgoing = outgoing();
    ScriptedCall call = begin(outgoing);
    Attempt attempt = first(call);
    WatchedHop hop = new WatchedHop(call, attempt, outgoing, NO_EXCHANGE);
    attempt.writeHeaders(outgoing);
    assertThat(outgoing.systemHeader("traceparent")).isNotNull();
    assertThat(hop.hasSent(NO_EXCHANGE)).isFalse();
    hop.accept(null, new CompletionException(ERROR));
    assertThat(call.failures()).containsExactly(new ScriptedCall.Failure(1, ERROR, Progress.SENT));
    // Or a repetition by the JDK would be taken for one that the application traces itself.
    assertThat(outgoing.systemHeader("traceparent")).isNull();
    assertThat(hop.hasSent(NO_EXCHANGE)).isTrue();
    assertThat(hop.hasSent(new Object())).isFalse();
    hop.end();
  }

  @Test
  void theHeadersOfACallThatWasGivenUpAreLeftToWhoMayStillWriteThem() {
    Outgoing outgoing = outgoing();
    ScriptedCall call = begin(outgoing);
    Attempt attempt = first(call);
    WatchedHop hop = new WatchedHop(call, attempt, outgoing, NO_EXCHANGE);
    attempt.writeHeaders(outgoing);
    hop.giveUp(new IOException("Request cancelled"));
    hop.accept(null, ERROR);
    assertThat(outgoing.systemHeader("traceparent")).isNotNull();
    assertThat(call.wasAbandoned()).isTrue();
    assertThat(call.failures()).extracting(ScriptedCall.Failure::error).containsExactly(ERROR);
    hop.end();
  }

  @Test
  void aTimeThatIsUpIsTheFailureWhateverTheJdkSays() {
    Outgoing outgoing = outgoing();
    ScriptedCall call = begin(outgoing);
    WatchedHop hop = new WatchedHop(call, first(call), outgoing, NO_EXCHANGE);
    HttpTimeoutException timeUp = new HttpTimeoutException("request timed out");
    hop.giveUp(timeUp);
    hop.giveUp(new HttpTimeoutException("another one"));
    hop.accept(null, ERROR);
    assertThat(call.wasAbandoned()).isFalse();
    assertThat(call.failures()).extracting(ScriptedCall.Failure::error).containsExactly(timeUp);
    hop.end();
  }

  @Test
  void aTimeThatIsUpBeforeAnythingIsSentIsAFailure() {
    HttpTimeoutException timeUp = new HttpTimeoutException("request timed out");
    ScriptedCall call = sentAfter(timeUp);
    assertThat(call.failures())
        .containsExactly(new ScriptedCall.Failure(1, timeUp, Progress.NOT_SENT));
    assertThat(call.wasAbandoned()).isFalse();
  }

  @Test
  void aCancellationBeforeAnythingIsSentIsNobodysFailure() {
    ScriptedCall call = sentAfter(ERROR);
    assertThat(call.failures()).isEmpty();
    assertThat(call.wasAbandoned()).isTrue();
  }

  /** A call whose application has given up when it is about to be sent. */
  private ScriptedCall sentAfter(IOException cause) {
    Outgoing outgoing = outgoing();
    ScriptedCall call = begin(outgoing);
    Object multi = new Object();
    Conversation conversation = Conversation.begin(multi);
    Conversation.giveUp(multi, cause);
    CompletableFuture<?> response = WatchedHop.send(conversation, NO_EXCHANGE, outgoing, call);
    assertThat(response).isCompletedExceptionally();
    assertThat(response.handle((r, e) -> e)).isCompletedWithValue(cause);
    assertThat(Conversation.mayRepeat(multi, cause, true)).isFalse();
    assertThat(call.attempts().get(0).headerWrites()).isZero();
    conversation.endWith(CompletableFuture.completedFuture(null));
    return call;
  }

  @Test
  void whatCameOfACallIsToldAsFarAsItIsKnown() throws Exception {
    mesh.script(Script.passThrough());
    TestServer server =
        plainServer()
            .answering(
                Answer.OK,
                Answer.RESET,
                connection -> {
                  connection.write("HTTP/1.1 200 OK\r\nContent-");
                  connection.close();
                });
    for (int port : new int[] {server.port(), server.port(), server.port(), refusing().getPort()}) {
      HttpRequest post =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
              .POST(BodyPublishers.ofString("body"))
              .build();
      client.sendAsync(post, BodyHandlers.discarding()).handle((r, e) -> e).get(20, SECONDS);
    }
    List<ScriptedCall> calls = mesh.calls();
    assertThat(calls.get(0).statuses()).containsExactly(200);
    assertThat(calls.get(0).attempts().get(0).versions()).containsExactly("1.1");
    assertThat(calls.get(1).progress()).containsExactly(Progress.SENT);
    assertThat(calls.get(2).progress()).containsExactly(Progress.RESPONSE_STARTED);
    // The JDK tries it once more by itself.
    assertThat(calls.subList(3, calls.size()))
        .isNotEmpty()
        .allMatch(call -> call.progress().equals(List.of(Progress.NOT_CONNECTED)));
  }

  @Test
  void whatTheMeshSaysStandsRightBehindTheRequestLineOfHttp1() throws Exception {
    mesh.script(Script.passThrough());
    TestServer server = plainServer();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
            .header("Accept", "text/plain")
            .build();
    client.send(request, BodyHandlers.discarding());
    assertThat(server.received().get(0).headers())
        .extracting(header -> header.getKey().toLowerCase(Locale.ROOT))
        .doesNotHaveDuplicates()
        .startsWith("traceparent")
        .contains("host", "user-agent", "accept");
  }

  @Test
  void whatTheMeshSaysIsWrittenOnceAndTheRestHasRoom() {
    Outgoing outgoing = outgoing();
    ScriptedCall call = begin(outgoing);
    first(call).writeHeaders(outgoing);
    StringBuilder head = new StringBuilder(64).append("GET / HTTP/1.1\r\n");
    Outgoing.writeInto(head, outgoing.request());
    assertThat(head)
        .startsWith("GET / HTTP/1.1\r\ntraceparent: 00-")
        .contains("\r\nx-attempt: 1\r\n");
    assertThat(head.capacity()).isBetween(320, 400);
    assertThat(outgoing.systemHeader("traceparent")).isNull();
    assertThat(outgoing.systemHeader("User-Agent")).isNotNull();
    int written = head.length();
    Outgoing.writeInto(head, outgoing.request());
    assertThat(head).hasSize(written);
    call.done();
  }

  /** How a hop is left to the JDK. */
  enum Exit {
    DISABLED,
    UNTOUCHED,
    MISTAKE
  }

  /** The JDK sends the request again by itself, and the hop before has replaced a header of it. */
  @ParameterizedTest
  @EnumSource
  void whatIsRepeatedWithoutUsIsWhatTheApplicationSaid(Exit exit) throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough().writing("x-own", "of the mesh"));
    serve(exit);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
            .header("X-Own", "of the application")
            .build();
    assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(server.received())
        .extracting(received -> received.all("x-own"))
        .containsExactly(List.of("of the mesh"), List.of("of the application"));
    assertThat(server.received().get(1)).matches(WatchedHopTest::isBare);
    // What the JDK has set itself is not taken back.
    assertThat(server.received()).allMatch(received -> received.all("user-agent").size() == 1);
    assertThat(WovenJvm.takeTroubles()).hasSize(exit == Exit.MISTAKE ? 1 : 0);
  }

  private static boolean isBare(Received request) {
    return request.all("traceparent").isEmpty() && request.all("x-attempt").isEmpty();
  }

  private void serve(Exit second) {
    AtomicInteger begun = new AtomicInteger();
    Outbound core =
        new Outbound() {
          @Override
          public boolean disabled() {
            return second == Exit.DISABLED && begun.get() > 0;
          }

          @Override
          public Call begin(OutboundRequest request) {
            if (begun.getAndIncrement() == 0) {
              return mesh.begin(request);
            }
            if (second == Exit.MISTAKE) {
              throw new IllegalStateException("on purpose");
            }
            return Call.UNTOUCHED;
          }
        };
    Inboard.serve(new Inboard.Core(core, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }
}
