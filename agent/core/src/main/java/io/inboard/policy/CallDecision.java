// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Outcome.Expiry;
import io.inboard.policy.Statistics.Event;
import io.inboard.settings.RetrySettings;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * Decides one call, step by step: {@link #first}, then {@link #responded} or {@link #failed} for
 * each attempt, at last {@link #end}. Steps follow each other, on any thread with happens-before
 * between them; {@link #end} may come at any time from any thread.
 *
 * <p>The order is that of resilience.md section 2: deadline, bulkhead, throttle, breaker, and then
 * for each attempt budget, pick, send, classify, feed. What is refused here is nobody's failure.
 */
public final class CallDecision {
  private static final AtomicIntegerFieldUpdater<CallDecision> HELD =
      AtomicIntegerFieldUpdater.newUpdater(CallDecision.class, "held");

  /** Of {@link #held}: it is counted as under way. */
  private static final int COUNTED = 1;

  /** Of {@link #held}: it has got a place of the pool at once. */
  private static final int PLACE = 2;

  private static final AtomicReferenceFieldUpdater<CallDecision, Replay.Room> ROOM =
      AtomicReferenceFieldUpdater.newUpdater(CallDecision.class, Replay.Room.class, "room");

  private static final Next AWAIT = new Next.End(Step.AWAIT);

  private static final String STREAM = "text/event-stream";
  private static final String GRPC = "application/grpc";

  private final DestinationPolicy policy;
  private final OutboundRequest request;

  /** Of the request for which the call is made. */
  private final CallerTerms terms;

  /** Set by {@link #first}. */
  private CallTime time;

  /** Set by {@link #first}. */
  private long startNanos;

  private boolean grpc;

  /** Of the call's key, if the destination hashes. Set by {@link #first}. */
  private long hash = Balancer.NO_KEY;

  /** Set by {@link #first}, read by the same thread. */
  private FaultInjection.Drawn fault = FaultInjection.NOTHING;

  /** Null until it is needed. Written by steps, read by {@link #end}, too. */
  private volatile Repetition repetition;

  /** The attempt under way. Written by steps, read by {@link #end}. */
  private volatile Try current;

  /**
   * Nothing more is to be sent. Written before {@link #current} is read, and the other way round.
   */
  private volatile boolean over;

  /**
   * Of the pool, when it had none to give at once; null: none. Written by {@link #first}, read by
   * {@link #end}.
   */
  private volatile Bulkhead.Place place;

  /** For the body, where it is kept; null: it is not. */
  private volatile Replay.Room room;

  /**
   * What {@link #first} has taken, as bits; exchanged for 0 by whoever gives it back. What is taken
   * while {@link #end} runs on another thread is given back by the thread that took it, which looks
   * at {@link #over} afterwards.
   */
  private volatile int held;

  CallDecision(DestinationPolicy policy, OutboundRequest request, CallerTerms terms) {
    this.policy = policy;
    this.request = request;
    this.terms = terms;
  }

  /** Decides the first attempt. */
  public Next first() {
    long now = policy.clock().nanos();
    startNanos = now;
    time = CallTime.begin(policy, request, terms, now);
    grpc = "POST".equals(request.method()) && is(request.headers("content-type"), GRPC);
    int underWay = policy.statistics().begun(now);
    hold(COUNTED);
    if (time.timeoutNanos() <= 0) {
      return late();
    }
    fault = policy.faults().draw(policy.chance(), time.timeoutNanos());
    Next onPurpose = fault.next(policy, time.timeoutNanos());
    if (onPurpose != null) {
      return onPurpose;
    }
    if (policy.deserted()) {
      return Next.refuse(
          Step.Reason.NO_ENDPOINT,
          "inboard: " + policy.name() + ": no endpoint has the labels of this subset");
    }
    if (underWay > policy.settings().connectionPool().http2MaxRequests()) {
      return refuse(Event.OVERFLOW, Step.Reason.OVERFLOW, "too many calls are under way");
    }
    if (policy.limits().throttles(now, policy.chance())) {
      return refuse(
          Event.THROTTLED, Step.Reason.THROTTLED, "too much of what was sent before failed");
    }
    Bulkhead pool = policy.limits().bulkhead();
    if (!pool.limited()) {
      return start(now);
    }
    if (pool.takeAtOnce()) {
      hold(PLACE);
      return start(now);
    }
    place = pool.ask();
    if (over && place != null) {
      place.leave();
    }
    if (place == null) {
      return refuse(Event.OVERFLOW, Step.Reason.OVERFLOW, "too many calls wait for a connection");
    }
    return place.held() ? start(now) : new Next.Queue(patience());
  }

  private void hold(int what) {
    HELD.getAndAdd(this, what);
    if (over) {
      release();
    }
  }

  private void release() {
    int had = held == 0 ? 0 : HELD.getAndSet(this, 0);
    if ((had & COUNTED) != 0) {
      policy.statistics().ended();
    }
    if ((had & PLACE) != 0) {
      policy.limits().bulkhead().giveBack();
    }
  }

  /** How long the call may wait for a connection: what it has, else as long as for a new one. */
  private long patience() {
    long remaining = remainingNanos();
    return remaining == Long.MAX_VALUE ? policy.connectTimeoutNanos() : Math.max(1, remaining);
  }

  /**
   * Says what to do when the call, which got {@link Next.Queue}, has its turn; now if it has come.
   *
   * @param action asks {@link #turn}
   */
  public void onTurn(Runnable action) {
    place.onTurn(action);
  }

  /** Decides the first attempt of a call that has waited for its turn. */
  public Next turn() {
    if (over) {
      return Next.HAND_ON;
    }
    long now = policy.clock().nanos();
    return remainingNanos(now) <= 0 ? late() : start(now);
  }

  /** Ends the waiting; null when the turn has come in the meantime. */
  public Next waitedTooLong() {
    if (!place.leave()) {
      return null;
    }
    return remainingNanos() <= 0
        ? late()
        : refuse(Event.OVERFLOW, Step.Reason.OVERFLOW, "no connection became free in time");
  }

  private Next start(long now) {
    policy.limits().begun(now);
    Lease permit = null;
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        Repetition.discourage(policy, terms, "breaker");
        return refuse(
            Event.SHORT_CIRCUITED, Step.Reason.CIRCUIT_OPEN, "the circuit breaker is open");
      }
    }
    Endpoints.Picked picked = null;
    if (policy.endpoints().isPresent()) {
      Endpoints endpoints = policy.endpoints().get();
      hash = endpoints.hash(request, terms);
      picked = endpoints.pick(now, hash, List.of());
    }
    return send(new Try(1, "", now, fault.delayNanos(), policy, permit, picked));
  }

  /** By how much {@link #first} has delayed the call on purpose; 0: not at all. */
  public long injectedDelayNanos() {
    return fault.delayNanos();
  }

  /** The status that {@link #first} has answered with on purpose; 0: none. */
  public int injectedStatus() {
    return fault.status();
  }

  /** An attempt was answered, within its bounds. */
  public Next responded(Try attempt, int status, HeaderView headers) {
    Outcome outcome = grpc ? Outcome.grpc(status, headers) : Outcome.response(status);
    if (outcome.status() < 400) {
      attempt.tell(outcome, 0, is(headers.headers("content-type"), STREAM));
      return won(attempt);
    }
    long wait = Signals.waitNanos(status, headers, policy.clock().epochMillis());
    attempt.tell(outcome, Math.max(0, wait), false);
    if (over) {
      return Next.HAND_ON;
    }
    if (wait > policy.rules().retryAfterNanos() || wait > remainingNanos()) {
      attempt.hold(wait); // Whoever waited for it would wait for nothing.
    }
    boolean forbidden = policy.rules().signals() && Signals.forbid(headers);
    if (forbidden) {
      Repetition.discourage(policy, terms, "peer");
    }
    boolean good = outcome.effect() == Outcome.Effect.SUCCESS && status != 429;
    if (good && slow() != null) {
      return won(attempt); // The application's mistake is no better at another endpoint.
    }
    if (!good && otherGoesOn(attempt)) {
      return AWAIT;
    }
    Try next = repetition().after(attempt, outcome, wait, forbidden);
    return next == null ? Next.HAND_ON : send(attempt, next);
  }

  /**
   * An attempt ended without an answer.
   *
   * @param expiry which bound of ours has ended it
   */
  public Next failed(Try attempt, Throwable error, Progress progress, Expiry expiry) {
    if (over) {
      attempt.end();
      return Next.HAND_ON;
    }
    Outcome outcome = Outcome.failure(error, progress, expiry);
    if (expiry == Expiry.PER_TRY) {
      policy.statistics().count(Event.PER_TRY_TIMEOUT);
    }
    attempt.tell(outcome);
    if (otherGoesOn(attempt)) {
      return AWAIT;
    }
    Try next = repetition().after(attempt, outcome, Signals.NOTHING, false);
    if (next != null) {
      return send(attempt, next);
    }
    attempt.end();
    return expiry == Expiry.NONE ? Next.HAND_ON : timeout(attempt, expiry);
  }

  /** How long an attempt is alone; {@link Long#MAX_VALUE}: until it ends. */
  public long hedgeAfterNanos(Try attempt) {
    Hedging hedging = policy.limits().hedging();
    return hedging == null || !mayGetASecond(attempt)
        ? Long.MAX_VALUE
        : hedging.afterNanos(policy.statistics(), time.perTryNanos());
  }

  private boolean mayGetASecond(Try attempt) {
    return attempt.number() == 1
        && repetition == null
        && request.hedgeable()
        && policy.rules().hedges(request);
  }

  /** A second attempt beside a slow one; {@link Next#HAND_ON}: none. */
  public Next hedge(Try first) {
    Hedging hedging = policy.limits().hedging();
    if (over || hedging == null || first != current || !mayGetASecond(first)) {
      return Next.HAND_ON;
    }
    Bulkhead pool = policy.limits().bulkhead();
    if (!hedging.take()) {
      hedging.denied.increment();
      return Next.HAND_ON;
    }
    Bulkhead.Place second = pool.limited() ? pool.ask() : null;
    Try beside =
        pool.limited() && (second == null || !second.held()) ? null : repetition().beside(first);
    if (beside == null) {
      if (second != null) {
        second.leave();
      }
      hedging.refund();
      hedging.denied.increment();
      return Next.HAND_ON;
    }
    beside.hold(second);
    repetition().slow = first;
    return send(beside);
  }

  /** The other attempt has won. */
  public void lost(Try attempt) {
    attempt.end();
  }

  private Next won(Try attempt) {
    Hedging hedging = policy.limits().hedging();
    Try slow = slow();
    if (slow != null && hedging != null) {
      (attempt == slow ? hedging.lost : hedging.won).increment();
    }
    return Next.HAND_ON;
  }

  /** Whether another attempt is under way; it alone goes on, then. */
  private boolean otherGoesOn(Try attempt) {
    Try slow = slow();
    Try other = attempt == slow ? current : slow;
    if (other == null || other == attempt || other.outcome().isPresent()) {
      return false;
    }
    attempt.end();
    current = other;
    repetition().slow = null;
    return true;
  }

  /** One that is under way beside {@link #current}; null: none. */
  private Try slow() {
    Repetition r = repetition;
    return r == null ? null : r.slow;
  }

  private Try send(Try last, Try next) {
    last.end();
    return send(next);
  }

  /** The call is over: answered and read, or given up. Idempotent. */
  public void end() {
    over = true;
    Try attempt = current;
    if (attempt != null) {
      attempt.end();
    }
    Try other = slow();
    if (other != null) {
      other.end();
    }
    release();
    Bulkhead.Place p = place;
    if (p != null) {
      p.leave();
    }
    Replay.Room kept = room;
    if (kept != null) {
      kept.close();
    }
  }

  /**
   * Whether so many more bytes of the request's body may be kept for a repetition. Any thread.
   *
   * @return false: nothing is kept for this call from now on
   */
  public boolean mayKeep(int more) {
    RetrySettings retries = policy.settings().retries();
    if (over || retries.attempts() == 0 || Repetition.suppressed(policy, terms)) {
      return false;
    }
    Replay.Room mine = room;
    if (mine == null) {
      mine = Replay.JVM.room();
      if (!ROOM.compareAndSet(this, null, mine)) {
        mine = room;
      }
    }
    if (over) {
      mine.close();
    }
    if (mine.closed()) {
      return false;
    }
    boolean kept = mine.reserve(more, retries.maxReplayBytes(), retries.maxReplayTotal());
    if (!kept && !over) {
      policy.limits().bodiesNotKept.increment();
    }
    return kept;
  }

  /** Tells the callee of an attempt what it should know; once per physical send. */
  public void writeHeaders(Try attempt, HeaderSink headers) {
    String number = attempt.number() == 1 ? "1" : Integer.toString(attempt.number());
    headers.set("x-envoy-attempt-count", number);
    time.tell(headers, request, grpc, policy.clock().nanos() - startNanos);
  }

  /** Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative. */
  public long remainingNanos() {
    return bounded() ? remainingNanos(policy.clock().nanos()) : Long.MAX_VALUE;
  }

  /** As {@link #remainingNanos()}, for who has looked at the clock. */
  public long remainingNanos(long now) {
    return time.remainingNanos(now - startNanos);
  }

  /** Whether {@link #end} was called. */
  public boolean over() {
    return over;
  }

  /** Whether the whole call has a bound. */
  public boolean bounded() {
    return time.timeoutNanos() != Long.MAX_VALUE;
  }

  /** The bound of connecting; {@link Long#MAX_VALUE}: none. */
  public long connectTimeoutNanos() {
    return policy.connectTimeoutNanos();
  }

  /** The bound of an attempt; {@link Long#MAX_VALUE}: none but the call's. */
  public long perTryNanos(Try attempt) {
    Hedging hedging = policy.limits().hedging();
    return hedging != null && hedging.onPerTryTimeout() && mayGetASecond(attempt)
        ? Long.MAX_VALUE // Its time brings a second one, and stops nothing.
        : time.perTryNanos();
  }

  private Repetition repetition() {
    Repetition r = repetition;
    if (r == null) {
      r = new Repetition(policy, request, terms, time, startNanos, hash);
      repetition = r;
    }
    return r;
  }

  private Try send(Try attempt) {
    attempt.begin();
    current = attempt;
    if (over) {
      attempt.end();
    }
    return attempt;
  }

  private Next refuse(Event event, Step.Reason reason, String why) {
    policy.statistics().count(event);
    return Next.refuse(reason, "inboard: " + policy.name() + ": " + why + ", nothing was sent");
  }

  private Next late() {
    return refuse(
        Event.TIMEOUT, Step.Reason.TIMEOUT, "the time of the request that this call serves is up");
  }

  private Next timeout(Try attempt, Expiry expiry) {
    boolean total = expiry == Expiry.TOTAL;
    if (total) {
      policy.statistics().count(Event.TIMEOUT);
    }
    long bound = total ? time.timeoutNanos() : time.perTryNanos();
    return Next.refuse(
        Step.Reason.TIMEOUT,
        "inboard: "
            + policy.name()
            + ": no response within "
            + TimeUnit.NANOSECONDS.toMillis(bound)
            + (total ? " ms (timeout), attempt " : " ms (perTryTimeout), attempt ")
            + attempt.number()
            + attempt.endpoint().map(e -> " to " + e.address()).orElse(""));
  }

  private static boolean is(List<String> contentType, String expected) {
    return !contentType.isEmpty()
        && contentType.get(0).regionMatches(true, 0, expected, 0, expected.length());
  }
}
