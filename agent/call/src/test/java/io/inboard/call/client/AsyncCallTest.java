// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Every kind of step, and whatever cuts one short, with a call and a library that are scripts. */
final class AsyncCallTest {
  private static final IOException BROKEN = new IOException("connection reset");
  private static final IOException CANCELLED = new IOException("cancelled");
  private static final SocketTimeoutException TIME_UP = new SocketTimeoutException("time is up");

  /** What the call heard and the library did, in order. Guarded by itself. */
  private final List<String> log = new ArrayList<>();

  private final Clock clock = new Clock();
  private final Library library = new Library();
  private int bodyWanted;

  /** Happens while the call decides its first step. */
  private Runnable whenAsked = () -> {};

  @Test
  void aResponseIsDelivered() {
    ScriptedAttempt attempt = attempt(1);
    AsyncCall<Integer> call = call(new Step.Send(attempt, 0), Step.DELIVER);
    CompletableFuture<Outcome<Integer>> outcome = call.execute();
    assertThat(outcome).isNotDone();
    library.answers(1, 200);
    assertThat(attempt.versions).containsExactly("1.1");
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
    assertThat(log).containsExactly("prepare 1", "send 1", "responded 1: 200");
    call.done();
    call.done();
    assertThat(log).endsWith("responded 1: 200", "done");
  }

  @Test
  void whatTheMeshLeavesAloneIsLeftAloneAtOnce() {
    assertThat(call(Step.DELIVER).execute()).isCompletedWithValue(new Outcome.Untouched<>());
    assertThat(log).containsExactly("done");
  }

  @Test
  void aCallThatIsCancelledWhileItIsDecidedIsNotSentPastTheMesh() {
    AsyncCall<Integer> call = call(Step.DELIVER);
    whenAsked = () -> call.giveUp(CANCELLED, false);
    assertThat(call.execute()).isCompletedWithValue(new Outcome.Stopped<>(CANCELLED));
    assertThat(log).containsExactly("abandoned", "done");
  }

  @Test
  void anotherAttemptFollowsAfterItsDelayAndNotBefore() {
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), later(2), Step.DELIVER).execute();
    library.fails(1, BROKEN);
    clock.advance(999);
    assertThat(log).containsExactly("prepare 1", "send 1", "failed 1: connection reset SENT");
    clock.advance(1);
    assertThat(log).endsWith("prepare 2", "send 2");
    library.answers(2, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
  }

  @Test
  void theFirstAttemptMayHaveADelayToo() {
    call(later(1), Step.DELIVER).execute();
    assertThat(log).isEmpty();
    clock.advance(1000);
    assertThat(log).containsExactly("prepare 1", "send 1");
  }

  @Test
  void whatNobodyWillSeeIsDiscardedBeforeTheNextAttempt() {
    call(send(1), send(2), Step.DELIVER).execute();
    library.answers(1, 503);
    assertThat(log).endsWith("responded 1: 503", "discard 503");
    library.discarded.complete(null);
    assertThat(log).endsWith("discard 503", "prepare 2", "send 2");
  }

  @Test
  void aBodyThatDoesNotEndHoldsUpNothing() {
    call(send(1), send(2), Step.DELIVER).execute();
    library.answers(1, 503);
    clock.advance(250_000_000);
    assertThat(log).endsWith("discard 503", "prepare 2", "send 2");
    library.discarded.complete(null);
    assertThat(log).endsWith("discard 503", "prepare 2", "send 2");
  }

  @Test
  void theTimeOfADiscardIsPartOfTheDelay() {
    call(send(1), later(2), Step.DELIVER).execute();
    library.answers(1, 503);
    clock.advance(600);
    library.discarded.complete(null);
    clock.advance(399);
    assertThat(log).endsWith("discard 503");
    clock.advance(1);
    assertThat(log).endsWith("send 2");
  }

  @Test
  void aWaitForTheMeshTakesNoThreadAndGoesOnInTheLibrary() {
    CompletableFuture<Step> next = new CompletableFuture<>();
    library.queueing = true;
    call(new Step.Later(next), Step.DELIVER).execute();
    next.complete(send(1));
    assertThat(log).as("on the mesh's thread").isEmpty();
    library.work();
    assertThat(log).containsExactly("prepare 1", "send 1");
  }

  @Test
  void aWaitMayEndWithNothingToSend() {
    CompletableFuture<Step> next = new CompletableFuture<>();
    CompletableFuture<Outcome<Integer>> outcome = call(new Step.Later(next)).execute();
    next.complete(Step.DELIVER);
    assertThat(outcome).isCompletedWithValue(new Outcome.Untouched<>());
  }

  @Test
  void aWaitThatEndsWithAnErrorOfOursSendsNothing() {
    CompletableFuture<Step> next = new CompletableFuture<>();
    CompletableFuture<Outcome<Integer>> outcome = call(new Step.Later(next)).execute();
    IllegalStateException ours = new IllegalStateException("ours");
    next.completeExceptionally(ours);
    assertThat(outcome.join())
        .isInstanceOfSatisfying(
            Outcome.Stopped.class, stopped -> assertThat(stopped.why()).hasCause(ours));
    assertThat(log).containsExactly("mistake ours", "abandoned", "done");
  }

  @Test
  void aWaitAfterAnAttemptThatEndsWithAnErrorOfOursHandsNothingOn() {
    CompletableFuture<Step> next = new CompletableFuture<>();
    CompletableFuture<Outcome<Integer>> outcome =
        call(send(1), new Step.Later(next.thenApply(step -> step))).execute();
    library.answers(1, 503);
    IllegalStateException ours = new IllegalStateException("ours");
    next.completeExceptionally(ours);
    assertThat(outcome.join())
        .isInstanceOfSatisfying(
            Outcome.Stopped.class, stopped -> assertThat(stopped.why()).hasCause(ours));
    assertThat(log).anyMatch(line -> line.startsWith("stop 1: ")).endsWith("abandoned", "done");
  }

  @Test
  void aRefusalIsTheLibrarysErrorAndStopsWhatArrived() {
    Step refuse = new Step.Refuse(Step.Reason.TIMEOUT, "too late");
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), refuse).execute();
    library.answers(1, 503);
    assertThat(failed(outcome).refused()).isTrue();
    assertThat(failed(outcome).error())
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("too late");
    assertThat(log).endsWith("responded 1: 503", "stop 1: too late", "done");
  }

  @Test
  void aRefusalAtOnceSendsNothing() {
    Step refuse = new Step.Refuse(Step.Reason.OVERFLOW, "full");
    assertThat(failed(call(refuse).execute()).error()).isInstanceOf(IOException.class);
    assertThat(log).containsExactly("done");
  }

  @Test
  void anErrorThatIsHandedOnIsTheLibrarys() {
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), Step.DELIVER).execute();
    library.fails(1, new java.util.concurrent.CompletionException(BROKEN));
    assertThat(outcome).isCompletedWithValue(new Outcome.Failed<>(BROKEN, false));
    assertThat(log).endsWith("failed 1: connection reset SENT", "done");
  }

  @Test
  void anAnswerOfTheMeshTakesThePlaceOfAResponse() {
    Step answer = new Step.Answer(200, Map.of(), new byte[0]);
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), answer).execute();
    library.answers(1, 503);
    assertThat(outcome).isNotDone();
    library.discarded.complete(null);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, true));
  }

  @Test
  void anAnswerThatTheLibraryCannotHaveIsAnError() {
    Step answer = new Step.Answer(500, Map.of(), new byte[0]);
    assertThat(failed(call(answer).execute()).error()).hasMessage("no answers");
    assertThat(log).containsExactly("done");
  }

  @Test
  void theAttemptsTimeoutStopsIt() {
    ScriptedAttempt attempt = attempt(1);
    call(new Step.Send(attempt, 0), Step.DELIVER).execute();
    attempt.abort.run();
    assertThat(log).endsWith("send 1", "stop 1: request timed out");
  }

  // Two attempts under way.

  @Test
  void theSecondAttemptWinsAndTheSlowOneIsStopped() {
    CompletableFuture<Outcome<Integer>> outcome = hedged(Step.DELIVER);
    library.answers(2, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
    assertThat(log).endsWith("responded 2: 200", "lost 1", "stop 1: another attempt was faster");
    library.fails(1, BROKEN);
    assertThat(log).endsWith("stop 1: another attempt was faster");
  }

  @Test
  void theSlowAttemptWinsAndTheSecondIsStopped() {
    CompletableFuture<Outcome<Integer>> outcome = hedged(Step.DELIVER);
    library.answers(1, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
    assertThat(log).endsWith("responded 1: 200", "lost 2", "stop 2: another attempt was faster");
  }

  @Test
  void whileTheOtherIsInFlightAFailureIsNoResult() {
    CompletableFuture<Outcome<Integer>> outcome = hedged(Step.OTHER_IN_FLIGHT, Step.DELIVER);
    library.answers(2, 503);
    assertThat(outcome).isNotDone();
    assertThat(log).endsWith("responded 2: 503", "discard 503");
    library.answers(1, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
    assertThat(log).doesNotContain("lost 2");
  }

  @Test
  void whenBothFailedTheCallGoesOnWithoutAnotherHedge() {
    hedged(Step.OTHER_IN_FLIGHT, send(3), Step.DELIVER);
    library.fails(2, BROKEN);
    library.fails(1, BROKEN);
    assertThat(log).endsWith("prepare 3", "send 3");
    clock.advance(HEDGE);
    assertThat(log).endsWith("prepare 3", "send 3");
  }

  @Test
  void anAttemptThatIsAnsweredInTimeIsAlone() {
    call(hedgeable(1), Step.DELIVER).execute();
    library.answers(1, 200);
    clock.advance(HEDGE);
    assertThat(log).doesNotContain("hedge 1");
    assertThat(clock.size()).as("timers left").isZero();
  }

  @Test
  void theMeshMayWantNoSecondAttempt() {
    call(hedgeable(1), Step.DELIVER).execute();
    clock.advance(HEDGE);
    assertThat(log).containsExactly("prepare 1", "send 1", "hedge 1");
  }

  @Test
  void aLibraryThatCannotIsNotAskedForASecond() {
    library.hedgeable = false;
    call(hedgeable(1), Step.DELIVER).execute();
    clock.advance(HEDGE);
    assertThat(log).containsExactly("prepare 1", "send 1");
  }

  @Test
  void aSecondThatCannotBeMadeIsLostAndTheFirstGoesOn() {
    library.secondBroken = new IllegalStateException("no second");
    CompletableFuture<Outcome<Integer>> outcome = hedged(Step.DELIVER);
    assertThat(log).endsWith("mistake no second", "lost 2");
    library.answers(1, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
  }

  @Test
  void cancellingStopsBoth() {
    AsyncCall<Integer> call = call(hedgeable(1), send(2), Step.OTHER_IN_FLIGHT, Step.DELIVER);
    call.execute();
    clock.advance(HEDGE);
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(log).endsWith("abandoned", "stop 1: cancelled", "stop 2: cancelled");
  }

  @Test
  void stepsOfOneCallNeverOverlap() throws Exception {
    for (int i = 0; i < 200; i++) {
      log.clear();
      hedged(Step.OTHER_IN_FLIGHT, Step.DELIVER);
      CyclicBarrier both = new CyclicBarrier(2);
      Thread one = inParallel(both, () -> library.answers(1, 503));
      Thread two = inParallel(both, () -> library.fails(2, BROKEN));
      one.join();
      two.join();
      assertThat(log).doesNotContain("overlap");
      assertThat(log.stream().filter(l -> l.startsWith("responded") || l.startsWith("failed")))
          .hasSize(2);
    }
  }

  private static Thread inParallel(CyclicBarrier barrier, Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                barrier.await(20, TimeUnit.SECONDS);
                task.run();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    return thread;
  }

  // Cancelled, or out of time.

  @Test
  void aCallThatIsCancelledBeforeItBeginsSendsNothing() {
    AsyncCall<Integer> call = call(send(1));
    call.giveUp(CANCELLED, false);
    assertThat(call.execute()).isCompletedWithValue(new Outcome.Stopped<>(CANCELLED));
    assertThat(log).containsExactly("abandoned", "done");
  }

  @Test
  void cancellingAWaitForTheMeshEndsIt() {
    CompletableFuture<Step> next = new CompletableFuture<>();
    AsyncCall<Integer> call = call(new Step.Later(next));
    CompletableFuture<Outcome<Integer>> outcome = call.execute();
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(outcome).isCompletedWithValue(new Outcome.Stopped<>(CANCELLED));
    next.complete(send(1));
    assertThat(log).containsExactly("abandoned", "done");
  }

  @Test
  void cancellingADelayEndsIt() {
    AsyncCall<Integer> call = call(send(1), later(2));
    CompletableFuture<Outcome<Integer>> outcome = call.execute();
    library.fails(1, BROKEN);
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(outcome).isCompletedWithValue(new Outcome.Stopped<>(CANCELLED));
    clock.advance(1000);
    assertThat(log).endsWith("failed 1: connection reset SENT", "abandoned", "done");
  }

  @Test
  void cancellingAnAttemptStopsItAndSendsNoOther() {
    AsyncCall<Integer> call = call(send(1), send(2));
    CompletableFuture<Outcome<Integer>> outcome = call.execute();
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(log).endsWith("abandoned", "stop 1: cancelled");
    library.fails(1, BROKEN);
    assertThat(outcome).isCompletedWithValue(new Outcome.Stopped<>(CANCELLED));
    assertThat(log).doesNotContain("prepare 2");
  }

  @Test
  void cancellingWhileAnAttemptIsMadeReadyStopsIt() {
    AsyncCall<Integer> call = call(send(1), Step.DELIVER);
    library.duringSend =
        () -> {
          call.giveUp(CANCELLED, false);
        };
    call.execute();
    assertThat(log).containsExactly("prepare 1", "send 1", "abandoned", "stop 1: cancelled");
  }

  @Test
  void cancellingAfterTheEndIsNoNews() {
    AsyncCall<Integer> call = call(send(1), Step.DELIVER);
    call.execute();
    library.answers(1, 200);
    call.done();
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(log).endsWith("responded 1: 200", "done");
  }

  @Test
  void cancellingWhileTheBodyIsReadIsAbandonedAndStopsNothingTwice() {
    AsyncCall<Integer> call = call(send(1), Step.DELIVER);
    call.execute();
    library.answers(1, 200);
    call.giveUp(CANCELLED, false);
    call.stop();
    assertThat(log).endsWith("responded 1: 200", "abandoned");
  }

  @Test
  void stoppingWhatNobodyGaveUpIsNothing() {
    AsyncCall<Integer> call = call(send(1), Step.DELIVER);
    call.execute();
    call.stop();
    assertThat(log).containsExactly("prepare 1", "send 1");
  }

  @Test
  void theApplicationsTimeoutCountsAgainstTheAttemptAndNoneFollows() {
    AsyncCall<Integer> call = call(send(1), send(2));
    CompletableFuture<Outcome<Integer>> outcome = call.execute();
    call.giveUp(TIME_UP, true);
    call.stop();
    library.fails(1, BROKEN);
    assertThat(outcome).isCompletedWithValue(new Outcome.Failed<>(BROKEN, false));
    assertThat(log)
        .containsExactly(
            "prepare 1",
            "send 1",
            "stop 1: time is up",
            "failed 1: time is up SENT",
            "abandoned",
            "done");
  }

  @Test
  void whatTheLibraryCannotSendAgainIsHandedOn() {
    library.canSendAgain = false;
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), send(2)).execute();
    library.answers(1, 503);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(503, false));
    assertThat(log).endsWith("responded 1: 503", "abandoned");
  }

  // Errors of ours, and of the library.

  @Test
  void anErrorBeforeTheFirstAttemptIsTheAdaptersToSee() {
    library.broken = new IllegalStateException("ours");
    assertThatThrownBy(() -> call(send(1)).execute()).hasMessage("ours");
  }

  @Test
  void anErrorBeforeALaterAttemptEndsTheCallAsItStands() {
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), send(2)).execute();
    library.broken = new IllegalStateException("ours");
    library.fails(1, BROKEN);
    assertThat(outcome).isCompletedWithValue(new Outcome.Failed<>(BROKEN, true));
    assertThat(log).endsWith("mistake ours", "done");
  }

  @Test
  void anErrorOfTheCallItselfHandsOnWhatThereIs() {
    // The script has no step left, and throws.
    CompletableFuture<Outcome<Integer>> outcome = call(send(1)).execute();
    library.answers(1, 200);
    assertThat(outcome).isCompletedWithValue(new Outcome.Delivered<>(200, false));
    assertThat(log).anyMatch(line -> line.startsWith("mistake"));
  }

  @Test
  void aLibraryThatTakesNoMoreTasksEndsTheCall() {
    CompletableFuture<Outcome<Integer>> outcome = call(send(1), send(2)).execute();
    library.shutDown = true;
    library.fails(1, BROKEN);
    assertThat(outcome).isCompleted();
    assertThat(outcome.join()).isInstanceOf(Outcome.Stopped.class);
    assertThat(log).endsWith("abandoned", "done");
  }

  @Test
  void aLibraryThatTakesNoMoreTasksMakesNoSecondAttempt() {
    call(hedgeable(1), Step.DELIVER).execute();
    library.shutDown = true;
    clock.advance(HEDGE);
    assertThat(log).containsExactly("prepare 1", "send 1");
  }

  @Test
  void theMeshSeesABodyThatItWants() {
    bodyWanted = 10;
    AsyncCall<Integer> call = call(send(1), Step.DELIVER);
    call.execute();
    library.answers(1, 200);
    BodyTap tap = call.tap(-1).orElseThrow();
    java.nio.ByteBuffer piece = java.nio.ByteBuffer.allocateDirect(5).put("body!".getBytes(UTF_8));
    piece.flip().limit(4);
    tap.add(piece);
    assertThat(piece.remaining()).isEqualTo(4);
    call.ended(tap, true);
    call.ended(tap, true);
    assertThat(log).endsWith("responded 1: 200", "body body", "done");
  }

  @Test
  void theDelaysOfTheJdkRunOnceUnlessForgotten() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    AtomicInteger forgotten = new AtomicInteger();
    Delays.OF_JDK.after(TimeUnit.DAYS.toNanos(1), forgotten::incrementAndGet).run();
    Delays.OF_JDK.after(1, ran::countDown);
    assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(forgotten).hasValue(0);
  }

  private static final long HEDGE = 50;

  /** A call with two attempts under way, and these steps to come. */
  private CompletableFuture<Outcome<Integer>> hedged(Step... steps) {
    Step[] all = new Step[steps.length + 2];
    all[0] = hedgeable(1);
    all[1] = send(2);
    System.arraycopy(steps, 0, all, 2, steps.length);
    CompletableFuture<Outcome<Integer>> outcome = call(all).execute();
    clock.advance(HEDGE);
    return outcome;
  }

  private AsyncCall<Integer> call(Step... steps) {
    return new AsyncCall<>(new ScriptedCall(steps), library, clock);
  }

  private static Outcome.Failed<Integer> failed(CompletableFuture<Outcome<Integer>> outcome) {
    return (Outcome.Failed<Integer>) outcome.getNow(null);
  }

  private static Step send(int number) {
    return new Step.Send(attempt(number), 0);
  }

  private static Step later(int number) {
    return new Step.Send(attempt(number), 1000);
  }

  private static Step hedgeable(int number) {
    return new Step.Send(new ScriptedAttempt(number, HEDGE), 0);
  }

  private static ScriptedAttempt attempt(int number) {
    return new ScriptedAttempt(number, Long.MAX_VALUE);
  }

  private void say(String line) {
    synchronized (log) {
      log.add(line);
    }
  }

  /** Time that a test turns on. */
  private static final class Clock implements Delays {
    private final TreeMap<Long, List<Runnable>> tasks = new TreeMap<>();
    private long now;

    @Override
    public synchronized Runnable after(long nanos, Runnable task) {
      List<Runnable> at = tasks.computeIfAbsent(now + nanos, time -> new ArrayList<>());
      at.add(task);
      return () -> forget(at, task);
    }

    private synchronized void forget(List<Runnable> at, Runnable task) {
      at.remove(task);
    }

    @Override
    public synchronized long nanoTime() {
      return now;
    }

    int size() {
      return tasks.values().stream().mapToInt(List::size).sum();
    }

    void advance(long nanos) {
      long end = now + nanos;
      while (!tasks.isEmpty() && tasks.firstKey() <= end) {
        now = tasks.firstKey();
        List<Runnable> due = List.copyOf(tasks.pollFirstEntry().getValue());
        due.forEach(Runnable::run);
      }
      now = end;
    }
  }

  private final class ScriptedCall implements Call {
    private final Deque<Step> steps;
    private final AtomicInteger asked = new AtomicInteger();
    private boolean abandoned;

    ScriptedCall(Step... steps) {
      this.steps = new ArrayDeque<>(Arrays.asList(steps));
    }

    private Step next() {
      if (asked.incrementAndGet() > 1) {
        say("overlap");
      }
      Thread.yield();
      Step step = steps.remove();
      asked.decrementAndGet();
      return step;
    }

    @Override
    public Step first() {
      whenAsked.run();
      return next();
    }

    @Override
    public Step responded(Attempt attempt, int status, HeaderView headers) {
      say("responded " + attempt.number() + ": " + status);
      return next();
    }

    @Override
    public Step failed(Attempt attempt, Throwable error, Progress progress) {
      say("failed " + attempt.number() + ": " + error.getMessage() + " " + progress);
      return next();
    }

    @Override
    public Step hedge(Attempt slow) {
      say("hedge " + slow.number());
      return next();
    }

    @Override
    public void lost(Attempt attempt) {
      say("lost " + attempt.number());
    }

    @Override
    public int bodyWanted() {
      return bodyWanted;
    }

    @Override
    public void body(byte[] whole) {
      say("body " + new String(whole, UTF_8));
    }

    @Override
    public void abandoned() {
      if (!abandoned) {
        say("abandoned");
      }
      abandoned = true;
    }

    @Override
    public void done() {
      say("done");
    }
  }

  /** A response is its status. */
  private final class Library implements AsyncTransport<Integer> {
    private final Map<Integer, BiConsumer<Integer, Throwable>> underWay = new TreeMap<>();
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final CompletableFuture<Void> discarded = new CompletableFuture<>();
    private boolean hedgeable = true;
    private boolean canSendAgain = true;
    private boolean queueing;
    private boolean shutDown;
    private RuntimeException broken;
    private RuntimeException secondBroken;
    private Runnable duringSend = () -> {};

    void answers(int number, int status) {
      underWay.get(number).accept(status, null);
    }

    void fails(int number, Throwable error) {
      underWay.get(number).accept(null, error);
    }

    void work() {
      queue.forEach(Runnable::run);
    }

    @Override
    public Sending<Integer> prepare(Attempt attempt) {
      if (broken != null) {
        throw broken;
      }
      say("prepare " + attempt.number());
      return new Sent(attempt);
    }

    @Override
    public boolean isHedgeable() {
      return hedgeable;
    }

    @Override
    public Sending<Integer> beside(Attempt attempt) {
      if (secondBroken != null) {
        throw secondBroken;
      }
      return new Sent(attempt);
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
    public boolean canSendAgain(Integer response) {
      return canSendAgain;
    }

    @Override
    public CompletionStage<?> discard(Integer response) {
      say("discard " + response);
      return discarded;
    }

    @Override
    public Integer answer(Step.Answer answer) throws IOException {
      if (answer.status() == 500) {
        throw new IOException("no answers");
      }
      return answer.status();
    }

    @Override
    public IOException timeout(String message) {
      return new SocketTimeoutException(message);
    }

    @Override
    public Executor executor() {
      return task -> {
        if (shutDown) {
          throw new RejectedExecutionException();
        } else if (queueing) {
          queue.add(task);
        } else {
          task.run();
        }
      };
    }

    @Override
    public void mistake(Throwable error) {
      say("mistake " + error.getMessage());
    }

    private final class Sent implements Sending<Integer> {
      private final Attempt attempt;

      Sent(Attempt attempt) {
        this.attempt = attempt;
      }

      @Override
      public void send(BiConsumer<Integer, Throwable> ended) {
        say("send " + attempt.number());
        underWay.put(attempt.number(), ended);
        duringSend.run();
      }

      @Override
      public void stop(IOException cause) {
        say("stop " + attempt.number() + ": " + cause.getMessage());
      }

      @Override
      public Progress ended(Integer response, Throwable error) {
        return Progress.SENT;
      }
    }
  }
}
