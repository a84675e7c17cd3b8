// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.PolicyStatus.State;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Per-try and total timeouts on virtual time. */
final class TimeoutTest {
  private final PolicyWorld world = new PolicyWorld();

  private long millisOf(Runnable action) {
    long start = world.time.nanos();
    action.run();
    return TimeUnit.NANOSECONDS.toMillis(world.time.nanos() - start);
  }

  private void assertTimeout(Result result) {
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
  }

  @Test
  void theApplicationsOwnTimeoutCountsAndIsNotRepeated() {
    world
        .with(payments(1, 2).outlier(2, 50).breaker(50, 100).retryOn("5xx,reset-before-response"))
        .always(1, fails(new SocketTimeoutException("Read timed out"), Progress.SENT))
        .apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.get().attempts()).isEqualTo(1);
    }
    assertThat(world.endpoint(1).failures()).isEqualTo(2);
    assertThat(world.endpoint(1).state()).isEqualTo(State.EJECTED);
    assertThat(world.told).contains("end 1 0 library-timeout");
  }

  @Test
  void whatTheApplicationGivesUpCountsNeitherWay() {
    world.with(payments(1, 2).outlier(1, 50)).apply();
    for (int i = 0; i < 4; i++) {
      CallDecision call = world.begin();
      world.sent(call.first(true));
      call.end();
    }
    assertThat(world.endpoint(1).requests()).isEqualTo(2);
    assertThat(world.endpoint(1).failures()).isZero();
    assertThat(world.endpoint(1).state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void aRetryThatTheAdapterDoesNotSendIsNotCounted() {
    world.with(payments(1, 2)).apply();
    CallDecision call = world.begin();
    PolicyAttempt first = PolicyWorld.first(call);
    world.sent(first);
    assertThat(call.responded(first, 503, name -> List.of())).isInstanceOf(PolicyAttempt.class);
    call.end();
    assertThat(world.status().retries()).isZero();
    assertThat(world.endpoint(1).requests() + world.endpoint(2).requests()).isEqualTo(1);
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
  }

  @Test
  void aSilentEndpointIsCutAtTheTimeout() {
    world.with(payments(1).timeout(2_000)).always(1, silence()).apply();
    long took = millisOf(() -> assertTimeout(world.get()));
    assertThat(took).isEqualTo(2_000);
    assertThat(world.status().timeouts()).isEqualTo(1);
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void theMessageSaysWhoWasTooSlowAndHowLongItWasAwaited() {
    world.with(payments(1).timeout(2_000)).always(1, silence()).apply();
    assertThat(world.get().refused().message())
        .isEqualTo(
            "inboard: payments: no response within 2000 ms (timeout), attempt 1 to 10.0.0.1:8080");
  }

  @Test
  void aSlowAttemptIsRepeatedElsewhereWhenAsked() {
    world.with(payments(1, 2).perTry(500).retryOn("per-try-timeout")).always(1, silence()).apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.status().perTryTimeouts()).isPositive();
  }

  @Test
  void aSlowAttemptThatIsNotRepeatedIsATimeout() {
    world.with(payments(1, 2).perTry(500)).always(1, silence()).always(2, silence()).apply();
    long took =
        millisOf(
            () -> {
              Result result = world.get();
              assertTimeout(result);
              assertThat(result.attempts()).isEqualTo(1);
            });
    assertThat(took).isEqualTo(500);
    assertThat(world.status().window().perTryTimeouts()).isEqualTo(1);
  }

  @Test
  void aConnectThatIsTooSlowForTheAttemptIsAConnectFailure() {
    world
        .with(payments(1, 2).perTry(500))
        .always(1, new Answer.Silence(Progress.NOT_CONNECTED))
        .apply();
    for (int i = 0; i < 4; i++) {
      assertThat(world.call(Request.of("POST")).ok()).isTrue();
    }
  }

  @Test
  void theTotalTimeoutBoundsAllAttempts() {
    world
        .with(payments(1, 2).timeout(1_200).perTry(500).attempts(9).retryOn("per-try-timeout"))
        .always(1, silence())
        .always(2, silence())
        .apply();
    long took = millisOf(() -> assertTimeout(world.get()));
    assertThat(took).isLessThanOrEqualTo(1_200);
    assertThat(world.arrived.size()).isBetween(2, 3);
  }

  @Test
  void noRetryIsStartedWithoutTimeLeft() {
    world.with(payments(1).timeout(1_000));
    world.always(1, status(503, "retry-after", "1"));
    Result result = world.apply().get();
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.status()).isEqualTo(503);
    assertThat(world.endpoint(1).requests()).isEqualTo(1);
    assertThat(world.endpoint(1).inFlight()).isZero();
  }

  @Test
  void anAttemptKnowsWhatIsLeftForIt() {
    world.with(payments(1).timeout(2_000).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    assertThat(send.timeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(send.connectTimeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
    world.time.passMillis(1_700);
    assertThat(send.timeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    call.end();
  }

  @Test
  void withoutATimeoutNothingIsBoundedOrKept() {
    world.with(payments(1)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    assertThat(send.timeoutNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(send.connectTimeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    send.onTimeout(() -> {});
    assertThat(world.time.waiting()).isZero();
    call.end();
  }

  @Test
  void theTotalTimeoutGoesOnUntilTheBodyIsRead() {
    world.with(payments(1).timeout(1_000).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    int[] aborts = new int[1];
    send.onTimeout(() -> aborts[0]++);
    world.time.passMillis(100);
    assertThat(call.responded(send, 200, name -> List.of())).isEqualTo(Decision.DELIVER);
    world.time.passMillis(800);
    assertThat(aborts[0]).as("the bound of the attempt ends with the head").isZero();
    world.time.passMillis(200);
    assertThat(aborts[0]).isEqualTo(1);
    call.end();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void aCallHasOneTimedTaskAtATimeAlsoWhenItIsRepeated() {
    world.with(payments(1, 2).timeout(1_000).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt first = PolicyWorld.first(call);
    first.onTimeout(() -> {});
    assertThat(world.time.waiting()).isEqualTo(1);
    PolicyAttempt second = (PolicyAttempt) call.responded(first, 503, name -> List.of());
    assertThat(world.time.waiting()).as("nobody reads the body of the first").isZero();
    second.onTimeout(() -> {});
    second.onTimeout(() -> {}); // On another connection.
    assertThat(world.time.waiting()).isEqualTo(1);
    call.responded(second, 200, name -> List.of());
    world.time.passMillis(700);
    assertThat(world.time.waiting()).as("for the body").isEqualTo(1);
    call.end();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void aBodyThatIsReadInTimeLeavesNoTimer() {
    world.with(payments(1).timeout(1_000).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    int[] aborts = new int[1];
    send.onTimeout(() -> aborts[0]++);
    call.responded(send, 200, name -> List.of());
    call.end();
    call.end();
    assertThat(world.time.waiting()).isZero();
    world.time.passMillis(5_000);
    assertThat(aborts[0]).isZero();
  }

  @Test
  void aHeadThatComesAfterTheAttemptWasStoppedIsATimeout() {
    world.with(payments(1).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    send.onTimeout(() -> {});
    world.time.passMillis(500);
    assertThat(PolicyWorld.last(call.responded(send, 200, name -> List.of())))
        .isInstanceOf(Step.Refuse.class);
  }

  @Test
  void anAdapterMayEnforceTheBoundItselfAndRound() {
    world.with(payments(1).timeout(1_000)).apply();
    CallDecision call = world.begin();
    PolicyAttempt send = PolicyWorld.first(call);
    world.time.passMillis(999);
    Decision last = call.failed(send, new SocketTimeoutException("Read timed out"), Progress.SENT);
    assertThat(PolicyWorld.last(last)).isInstanceOf(Step.Refuse.class);
  }

  @Test
  void theApplicationsOwnTimeoutIsItsOwn() {
    SocketTimeoutException error = new SocketTimeoutException("Read timed out");
    world.with(payments(1, 2).timeout(60_000)).always(1, fails(error, Progress.SENT));
    Result result = world.always(2, fails(error, Progress.SENT)).apply().get();
    assertThat(result.error()).isSameAs(error);
    assertThat(result.attempts()).isEqualTo(1);
  }

  @Test
  void anAttemptThatBeginsAfterTheTimeIsUpIsStoppedAtOnce() {
    world.with(payments(1).timeout(100)).script(1, status(503)).apply();
    CallDecision call = world.begin();
    PolicyAttempt first = PolicyWorld.first(call);
    first.onTimeout(() -> {});
    PolicyAttempt second = (PolicyAttempt) call.responded(first, 503, name -> List.of());
    world.time.passMillis(200); // An adapter that was held up.
    boolean[] aborted = new boolean[1];
    second.onTimeout(() -> aborted[0] = true);
    world.time.passMillis(1);
    assertThat(aborted[0]).isTrue();
    Decision last = call.failed(second, new IOException("closed"), Progress.NOT_CONNECTED);
    assertThat(PolicyWorld.last(last)).isInstanceOf(Step.Refuse.class);
    call.end();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void theDelayBeforeAnAttemptIsNotTakenFromItsTime() {
    world.with(payments(1).perTry(500)).apply();
    CallDecision call = world.begin();
    PolicyAttempt first = PolicyWorld.first(call);
    PolicyAttempt second =
        (PolicyAttempt)
            call.responded(
                first, 503, name -> name.equals("retry-after") ? List.of("2") : List.of());
    long[] aborted = new long[1];
    long now = world.time.nanos();
    second.onTimeout(() -> aborted[0] = world.time.nanos() - now);
    world.time.passMillis(10_000);
    assertThat(aborted[0]).isEqualTo(second.delayNanos() + TimeUnit.MILLISECONDS.toNanos(500));
    call.end();
  }
}
