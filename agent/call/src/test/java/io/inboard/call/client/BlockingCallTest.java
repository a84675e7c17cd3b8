// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.AgentLoop;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every kind of step, and whatever cuts one short, with a call and a library that are scripts. */
final class BlockingCallTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);
  private static final IOException BROKEN = new IOException("connection reset");

  /** What the call heard and the library did, in order. */
  private final List<String> log = new CopyOnWriteArrayList<>();

  private final Deque<Object> sends = new ArrayDeque<>();
  private Transport.Failure failure = Transport.Failure.OF_ATTEMPT;
  private boolean canSendAgain = true;
  private long nanosLeft = Long.MAX_VALUE;
  private int bodyWanted;
  private final CountDownLatch asked = new CountDownLatch(1);

  /** Happens while the call decides its first step. */
  private Runnable whenAsked = () -> {};

  @AfterEach
  void closeTheDoor() {
    Inboard.serve(
        new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  @Test
  void aResponseIsDelivered() {
    sends.add(200);
    Outcome<Integer> outcome = call(send(1), Step.DELIVER).execute();
    assertThat(outcome).isEqualTo(new Outcome.Delivered<>(200, false));
    assertThat(log).containsExactly("begin 1", "send 1", "responded 1: 200");
  }

  @Test
  void aCallLeftAloneIsOverAndNothingIsSent() {
    assertThat(call(Step.DELIVER).execute()).isEqualTo(new Outcome.Untouched<>());
    assertThat(log).containsExactly("done");
  }

  @Test
  void aCallThatIsCancelledWhileItIsDecidedIsNotSentPastTheMesh() {
    BlockingCall<Integer> call = call(Step.DELIVER);
    whenAsked = call::cancel;
    assertThat(call.execute())
        .isInstanceOfSatisfying(
            Outcome.Stopped.class, stopped -> assertThat(stopped.why()).hasMessage("Canceled"));
    assertThat(log).containsExactly("abandoned", "done");
  }

  @Test
  void whatIsNotGoodEnoughIsDiscardedBeforeTheNextAttempt() {
    sends.addAll(List.of(503, BROKEN, 200));
    Outcome<Integer> outcome = call(send(1), send(2), send(3), Step.DELIVER).execute();
    assertThat(outcome).isEqualTo(new Outcome.Delivered<>(200, false));
    assertThat(log)
        .containsExactly(
            "begin 1",
            "send 1",
            "responded 1: 503",
            "discard 503",
            "begin 2",
            "send 2",
            "failed 2: connection reset SENT",
            "begin 3",
            "send 3",
            "responded 3: 200");
  }

  @Test
  void theLastErrorIsTheApplicationsAndEndsTheCall() {
    sends.add(BROKEN);
    assertThat(call(send(1), Step.DELIVER).execute())
        .isEqualTo(new Outcome.Failed<>(BROKEN, false));
    assertThat(log).endsWith("failed 1: connection reset SENT", "done");
  }

  @Test
  void whatIsNoResponseHasFailed() {
    sends.add(0);
    assertThat(call(send(1), Step.DELIVER).execute()).isInstanceOf(Outcome.Delivered.class);
    assertThat(log).contains("failed 1: the answer is not HTTP/1.1 RESPONSE_STARTED");
  }

  @Test
  void aRefusalIsAnErrorWithWhatCameBefore() {
    sends.add(BROKEN);
    Step refuse = new Step.Refuse(Step.Reason.TIMEOUT, "orders: too late");
    Outcome<Integer> outcome = call(send(1), refuse).execute();
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.refused()).isTrue();
              assertThat(failed.error())
                  .isInstanceOf(SocketTimeoutException.class)
                  .hasMessage("orders: too late")
                  .hasCause(BROKEN);
            });
    assertThat(log).endsWith("done");
  }

  @Test
  void aRefusalAtFirstSendsNothing() {
    Step refuse = new Step.Refuse(Step.Reason.UNTRUSTED, "orders: no certificate");
    assertThat(call(refuse).execute())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.error()).isInstanceOf(SSLException.class));
    assertThat(log).containsExactly("done");
  }

  @Test
  void anAnswerTakesThePlaceOfAResponse() {
    sends.add(503);
    Outcome<Integer> outcome = call(send(1), new Step.Answer(203, Map.of(), new byte[0])).execute();
    assertThat(outcome).isEqualTo(new Outcome.Delivered<>(203, true));
    assertThat(log).endsWith("discard 503", "answer 203");
  }

  @Test
  void anAnswerThatTheLibraryCannotHaveIsItsError() {
    assertThat(call(new Step.Answer(500, Map.of(), new byte[0])).execute())
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.error()).hasMessage("no answers"));
    assertThat(log).endsWith("done");
  }

  @Test
  void aStepThatComesLaterIsWaitedFor() throws Exception {
    CompletableFuture<Step> next = new CompletableFuture<>();
    sends.add(200);
    BlockingCall<Integer> call = call(new Step.Later(next), Step.DELIVER);
    CompletableFuture<Outcome<Integer>> outcome = CompletableFuture.supplyAsync(call::execute);
    asked.await();
    assertThat(log).isEmpty();
    next.complete(send(1));
    assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Delivered<>(200, false));
  }

  @Test
  void theApplicationsTimeBoundsAWait() {
    nanosLeft = 1;
    Outcome<Integer> outcome = call(new Step.Later(new CompletableFuture<>())).execute();
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Stopped.class,
            stopped -> assertThat(stopped.why()).isInstanceOf(SocketTimeoutException.class));
    assertThat(log).containsExactly("abandoned", "done");
  }

  @Test
  void anInterruptEndsAWaitAndIsKept() {
    for (Step step :
        List.of(new Step.Later(new CompletableFuture<>()), new Step.Send(attempt(1), LONG))) {
      log.clear();
      Thread.currentThread().interrupt();
      Outcome<Integer> outcome = call(step).execute();
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Outcome.Stopped.class,
              stopped -> assertThat(stopped.why()).isInstanceOf(InterruptedIOException.class));
      assertThat(log).endsWith("abandoned", "done").doesNotContain("send 1");
    }
  }

  @Test
  void aCancellationWakesWhoWaits() throws Exception {
    for (Step step :
        List.of(new Step.Later(new CompletableFuture<>()), new Step.Send(attempt(2), LONG))) {
      log.clear();
      sends.add(503);
      CountDownLatch reported = new CountDownLatch(1);
      BlockingCall<Integer> call = call(reported, send(1), step);
      CompletableFuture<Outcome<Integer>> outcome = CompletableFuture.supplyAsync(call::execute);
      reported.await();
      call.cancel();
      call.cancel();
      assertThat(outcome.get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              Outcome.Stopped.class, stopped -> assertThat(stopped.why()).hasMessage("Canceled"));
      assertThat(log).contains("abandoned", "done").doesNotContain("send 2");
    }
  }

  @Test
  void anErrorAfterACancellationIsNobodysFault() {
    sends.add(BROKEN);
    BlockingCall<Integer> call = call(send(1), Step.DELIVER);
    assertThat(call.begin()).isInstanceOf(Outcome.Sending.class);
    call.cancel();
    assertThat(call.failed(BROKEN)).isEqualTo(new Outcome.Failed<>(BROKEN, false));
    assertThat(log).containsExactly("begin 1", "abandoned", "done");
  }

  @Test
  void afterTheApplicationsOwnTimeoutNoAttemptFollowsButTheMeshLearnsOfIt() {
    sends.add(BROKEN);
    failure = Transport.Failure.TIME_IS_UP;
    assertThat(call(send(1), send(2)).execute()).isEqualTo(new Outcome.Failed<>(BROKEN, false));
    assertThat(log)
        .containsExactly(
            "begin 1", "send 1", "failed 1: connection reset SENT", "abandoned", "done");
  }

  @Test
  void whoGivesUpBlamesNobody() {
    sends.add(BROKEN);
    failure = Transport.Failure.GIVEN_UP;
    assertThat(call(send(1), send(2)).execute()).isEqualTo(new Outcome.Failed<>(BROKEN, false));
    assertThat(log).containsExactly("begin 1", "send 1", "abandoned", "done");
  }

  @Test
  void whatTheLibraryCannotSendAgainIsNotSentAndTheMeshLearnsOfIt() {
    sends.add(503);
    canSendAgain = false;
    assertThat(call(send(1), send(2)).execute()).isEqualTo(new Outcome.Delivered<>(503, false));
    assertThat(log).endsWith("responded 1: 503", "abandoned");
  }

  @Test
  void anAttemptForWhichThereIsNoTimeIsNotSent() {
    sends.add(503);
    nanosLeft = 1000;
    assertThat(call(send(1), new Step.Send(attempt(2), 1000)).execute())
        .isEqualTo(new Outcome.Delivered<>(503, false));
    assertThat(log).endsWith("responded 1: 503", "abandoned");
  }

  @Test
  void aTimeoutStopsTheAttemptThatItWasSetFor() {
    sends.addAll(List.of(503, 200));
    ScriptedAttempt first = attempt(1);
    ScriptedAttempt second = attempt(2);
    call(new Step.Send(first, 0), new Step.Send(second, 0), Step.DELIVER).execute();
    first.abort.run();
    second.abort.run();
    assertThat(log).endsWith("stop 1", "stop 2");
  }

  @Test
  void aLibraryThatGoesOnByItselfReportsByItself() {
    BlockingCall<Integer> call = call(send(1), send(2), Step.DELIVER);
    assertThat(call.begin()).isInstanceOf(Outcome.Sending.class);
    sends.add("on its own");
    assertThat(call.failed(BROKEN)).isInstanceOf(Outcome.Sending.class);
    assertThat(call.attempt()).hasValueSatisfying(a -> assertThat(a.number()).isEqualTo(2));
    assertThat(call.isDelivered()).isFalse();
    assertThat(call.responded(200)).isEqualTo(new Outcome.Delivered<>(200, false));
    assertThat(call.isDelivered()).isTrue();
  }

  @Test
  void theVersionOfHttpIsToldOfAResponse() {
    sends.addAll(List.of(0, 200));
    ScriptedAttempt none = attempt(1);
    ScriptedAttempt one = attempt(2);
    call(new Step.Send(none, 0), new Step.Send(one, 0), Step.DELIVER).execute();
    assertThat(none.versions).isEmpty();
    assertThat(one.versions).containsExactly("1.1");
  }

  @Test
  void whatFailsForGoodIsReportedAndWhatTheMeshWouldSendThenIsNotSent() {
    BlockingCall<Integer> call = call(send(1), send(2));
    call.begin();
    call.failedForGood(BROKEN);
    assertThat(call.isDelivered()).isTrue();
    assertThat(log)
        .containsExactly("begin 1", "failed 1: connection reset SENT", "abandoned", "done");
  }

  @Test
  void whatFailsForGoodAfterACancellationIsNobodysFault() {
    BlockingCall<Integer> call = call(send(1), send(2));
    call.begin();
    call.cancel();
    call.failedForGood(BROKEN);
    assertThat(log).containsExactly("begin 1", "abandoned", "done");
  }

  @Test
  void theBodyIsShownOnceAndBeforeTheEnd() {
    sends.add(200);
    bodyWanted = 4;
    BlockingCall<Integer> call = call(send(1), Step.DELIVER);
    call.execute();
    BodyTap tap = call.tap(-1).orElseThrow();
    tap.add("body!".getBytes(UTF_8), 0, 4);
    call.ended(tap, true);
    call.ended(tap, true);
    call.done();
    assertThat(log).endsWith("responded 1: 200", "body body", "done");
  }

  @Test
  void anErrorOfOursRefusesWhatMustBeEncryptedAndNothingElse() {
    Inboard.serve(
        new Inboard.Core(
            new Outbound() {
              @Override
              public Call begin(OutboundRequest request) {
                return Call.UNTOUCHED;
              }

              @Override
              public boolean mustEncrypt(String host, int port) {
                return host.equals("orders") && port == 8080;
              }
            },
            Inbound.PASS,
            InboundTls.DISABLED,
            Contexts.NONE));
    RuntimeException mistake = new IllegalStateException("ours");
    assertThat(Refusals.failClosed("test", "HTTP", "orders", 8080, mistake))
        .hasValueSatisfying(e -> assertThat(e).hasCause(mistake));
    assertThat(Refusals.failClosed("test", "https", "orders", 8080, mistake)).isEmpty();
    assertThat(Refusals.failClosed("test", "http", "other", 8080, mistake)).isEmpty();
  }

  @Test
  void anErrorOfOursAfterAnAttemptLeavesWhatTheLibraryHasAndIsCounted() {
    long before = AgentLoop.named("inboard-calls").failures();
    sends.addAll(List.of(200, BROKEN));
    // A call that was told no next step throws.
    assertThat(call(send(1)).execute()).isEqualTo(new Outcome.Delivered<>(200, false));
    assertThat(call(send(2)).execute()).isEqualTo(new Outcome.Failed<>(BROKEN, false));
    assertThat(log)
        .containsExactly(
            "begin 1",
            "send 1",
            "responded 1: 200",
            "begin 2",
            "send 2",
            "failed 2: connection reset SENT",
            "done");
    assertThat(AgentLoop.named("inboard-calls").failures()).isEqualTo(before + 2);
  }

  private BlockingCall<Integer> call(Step... steps) {
    return call(new CountDownLatch(1), steps);
  }

  private BlockingCall<Integer> call(CountDownLatch reported, Step... steps) {
    return new BlockingCall<>(new ScriptedCall(reported, steps), new Library());
  }

  private Step send(int number) {
    return new Step.Send(attempt(number), 0);
  }

  private static ScriptedAttempt attempt(int number) {
    return new ScriptedAttempt(number, Long.MAX_VALUE);
  }

  private final class ScriptedCall implements Call {
    private final CountDownLatch reported;
    private final Deque<Step> steps;

    ScriptedCall(CountDownLatch reported, Step... steps) {
      this.reported = reported;
      this.steps = new ArrayDeque<>(Arrays.asList(steps));
    }

    @Override
    public Step first() {
      asked.countDown();
      whenAsked.run();
      return steps.remove();
    }

    @Override
    public Step responded(Attempt attempt, int status, HeaderView headers) {
      log.add("responded " + attempt.number() + ": " + status);
      reported.countDown();
      return steps.remove();
    }

    @Override
    public Step failed(Attempt attempt, Throwable error, Progress progress) {
      log.add("failed " + attempt.number() + ": " + error.getMessage() + " " + progress);
      return steps.remove();
    }

    @Override
    public int bodyWanted() {
      return bodyWanted;
    }

    @Override
    public void body(byte[] whole) {
      log.add("body " + new String(whole, UTF_8));
    }

    @Override
    public void abandoned() {
      if (!log.contains("abandoned")) {
        log.add("abandoned");
      }
    }

    @Override
    public void done() {
      log.add("done");
    }
  }

  /** A response is its status. */
  private final class Library implements Transport<Integer> {
    @Override
    public Runnable begin(Attempt attempt) {
      log.add("begin " + attempt.number());
      return () -> log.add("stop " + attempt.number());
    }

    @Override
    public Integer send(Attempt attempt) throws Throwable {
      log.add("send " + attempt.number());
      Object next = sends.remove();
      if (next instanceof Throwable error) {
        throw error;
      }
      return next instanceof Integer status ? status : null;
    }

    @Override
    public int status(Integer response) {
      return response;
    }

    @Override
    public String version(Integer response) {
      return "1.1";
    }

    @Override
    public HeaderView headers(Integer response) {
      return name -> List.of();
    }

    @Override
    public Progress progress(Throwable error) {
      return Progress.SENT;
    }

    @Override
    public Failure failure(Throwable error) {
      return failure;
    }

    @Override
    public boolean canSendAgain(Integer response) {
      return canSendAgain;
    }

    @Override
    public long nanosLeft() {
      return nanosLeft;
    }

    @Override
    public void discard(Integer response) {
      log.add("discard " + response);
    }

    @Override
    public Integer answer(Step.Answer answer) throws IOException {
      if (answer.status() == 500) {
        throw new IOException("no answers");
      }
      log.add("answer " + answer.status());
      return answer.status();
    }

    @Override
    public IOException timeout(String message) {
      return new SocketTimeoutException(message);
    }

    @Override
    public IOException cancelled() {
      return new IOException("Canceled");
    }
  }
}
