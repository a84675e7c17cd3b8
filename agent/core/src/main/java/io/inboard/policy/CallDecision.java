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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Decides one call, step by step: {@link #first}, then {@link #responded} or {@link #failed} for
 * each attempt, at last {@link #end}. Steps follow each other, on any thread with happens-before
 * between them; {@link #end} may come at any time from any thread.
 *
 * <p>The order is that of resilience.md section 2: deadline, bulkhead, throttle, breaker, and then
 * for each attempt budget, pick, send, classify, feed. What is refused here is nobody's failure.
 */
public final class CallDecision {
  private static final AtomicIntegerFieldUpdater<CallDecision> COUNTED =
      AtomicIntegerFieldUpdater.newUpdater(CallDecision.class, "counted");

  private static final AtomicIntegerFieldUpdater<CallDecision> KEPT =
      AtomicIntegerFieldUpdater.newUpdater(CallDecision.class, "kept");
  private static final int NOTHING_MORE = -1;

  private static final String STREAM = "text/event-stream";
  private static final String GRPC = "application/grpc";

  private final DestinationPolicy policy;
  private final OutboundRequest request;

  /** Of the request for which the call is made. */
  private final CallerTerms terms;

  /** Set by {@link #first}. */
  private CallTime time;

  private boolean grpc;

  /** Of the call's key, if the destination hashes. Set by {@link #first}. */
  private long hash = Balancer.NO_KEY;

  /** Set by {@link #first}, read by the same thread. */
  private long injectedDelayNanos;

  /** Set by {@link #first}, read by the same thread; null: none. */
  private Step.Answer injectedAbort;

  /** Endpoints of this call's attempts; null before the first retry. Written by steps only. */
  private List<EndpointState> tried;

  /** The attempt under way. Written by steps, read by {@link #end}. */
  private volatile Try current;

  /**
   * Nothing more is to be sent. Written before {@link #current} is read, and the other way round.
   */
  private volatile boolean over;

  /** Of the pool; null when it is unlimited. Written by {@link #first}, read by {@link #end}. */
  private volatile Bulkhead.Place place;

  /** Bytes of the body that are kept; {@link #NOTHING_MORE}. */
  private volatile int kept;

  /** Whether {@link #first} has begun it, and {@link #end} has not ended it: 1; by one thread. */
  private volatile int counted;

  CallDecision(DestinationPolicy policy, OutboundRequest request, CallerTerms terms) {
    this.policy = policy;
    this.request = request;
    this.terms = terms;
  }

  /** Decides the first attempt. */
  public Next first() {
    time = CallTime.begin(policy, request, terms);
    grpc = "POST".equals(request.method()) && is(request.headers("content-type"), GRPC);
    long now = time.startNanos();
    int underWay = policy.statistics().begun(now);
    counted = 1;
    if (time.remainingNanos() <= 0) {
      return late();
    }
    Next fault = inject();
    if (fault != null) {
      return fault;
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
      return start();
    }
    place = pool.ask();
    if (over && place != null) {
      place.leave();
    }
    if (place == null) {
      return refuse(Event.OVERFLOW, Step.Reason.OVERFLOW, "too many calls wait for a connection");
    }
    return place.held() ? start() : new Next.Queue(patience());
  }

  /** How long the call may wait for a connection: what it has, else as long as for a new one. */
  private long patience() {
    long remaining = time.remainingNanos();
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
    return time.remainingNanos() <= 0 ? late() : start();
  }

  /** Ends the waiting; null when the turn has come in the meantime. */
  public Next waitedTooLong() {
    if (!place.leave()) {
      return null;
    }
    return time.remainingNanos() <= 0
        ? late()
        : refuse(Event.OVERFLOW, Step.Reason.OVERFLOW, "no connection became free in time");
  }

  private Next start() {
    policy.limits().budget().request(policy.clock().nanos());
    Lease permit = null;
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        discourage("breaker");
        return refuse(
            Event.SHORT_CIRCUITED, Step.Reason.CIRCUIT_OPEN, "the circuit breaker is open");
      }
    }
    if (policy.endpoints().isPresent()) {
      hash = policy.endpoints().get().hash(request, terms);
    }
    return send(new Try(1, "", injectedDelayNanos, policy, permit, pick(List.of())));
  }

  /** A failure on purpose; null when the call goes its way, perhaps after a delay. */
  private Next inject() {
    FaultInjection faults = policy.faults();
    if (faults == FaultInjection.NONE) {
      return null;
    }
    injectedDelayNanos = faults.delayNanos(policy.chance());
    if (injectedDelayNanos > 0) {
      policy.statistics().count(Event.FAULT_DELAYED);
      long remaining = remainingNanos();
      if (remaining <= injectedDelayNanos) {
        policy.statistics().count(Event.TIMEOUT);
        Next.End late =
            Next.refuse(
                Step.Reason.TIMEOUT,
                "inboard: " + policy.name() + ": time was up during a delay on purpose (fault)");
        return remaining <= 0 ? late : new Next.Pause(remaining, late);
      }
    }
    injectedAbort = faults.abort(policy.chance());
    if (injectedAbort == null) {
      return null;
    }
    policy.statistics().count(Event.FAULT_ABORTED);
    Next.End abort = new Next.End(injectedAbort);
    return injectedDelayNanos == 0 ? abort : new Next.Pause(injectedDelayNanos, abort);
  }

  /** By how much {@link #first} has delayed the call on purpose; 0: not at all. */
  public long injectedDelayNanos() {
    return injectedDelayNanos;
  }

  /** The status that {@link #first} has answered with on purpose; 0: none. */
  public int injectedStatus() {
    return injectedAbort == null ? 0 : injectedAbort.status();
  }

  /** An attempt was answered, within its bounds. */
  public Next responded(Try attempt, int status, HeaderView headers) {
    Outcome outcome = grpc ? Outcome.grpc(status, headers) : Outcome.response(status);
    if (outcome.status() < 400) {
      attempt.tell(outcome, 0, is(headers.headers("content-type"), STREAM));
      return Next.HAND_ON;
    }
    long wait = Signals.waitNanos(status, headers, policy.clock().epochMillis());
    attempt.tell(outcome, Math.max(0, wait), false);
    if (over) {
      return Next.HAND_ON;
    }
    if (wait > policy.rules().retryAfterNanos() || wait > time.remainingNanos()) {
      attempt.hold(wait); // Whoever waited for it would wait for nothing.
    }
    boolean forbidden = policy.rules().signals() && Signals.forbid(headers);
    if (forbidden) {
      discourage("peer");
    }
    Try next = again(attempt, outcome, wait, forbidden);
    return next == null ? Next.HAND_ON : next;
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
    Try next = again(attempt, outcome, Signals.NOTHING, false);
    if (next != null) {
      return next;
    }
    attempt.end();
    return expiry == Expiry.NONE ? Next.HAND_ON : timeout(attempt, expiry);
  }

  /** Whether the outcome of an attempt is one that is repeated, if there is nothing against it. */
  public boolean retryWanted(Try attempt) {
    return policy.rules().attempts() > 0
        && attempt.outcome().map(o -> policy.rules().retries(o, request)).orElse(false);
  }

  /** The call is over: answered and read, or given up. Idempotent. */
  public void end() {
    over = true;
    if (COUNTED.compareAndSet(this, 1, 0)) {
      policy.statistics().ended();
    }
    Try attempt = current;
    if (attempt != null) {
      attempt.end();
    }
    Bulkhead.Place p = place;
    if (p != null) {
      p.leave();
    }
    if (kept > 0) {
      forget();
    }
  }

  /**
   * Whether so many more bytes of the request's body may be kept for a repetition. Any thread.
   *
   * @return false: nothing is kept for this call from now on
   */
  public boolean mayKeep(int more) {
    RetrySettings retries = policy.settings().retries();
    int most = retries.attempts() == 0 || suppressed() ? 0 : retries.maxReplayBytes();
    while (!over) {
      int before = kept;
      if (before < 0) {
        return false;
      }
      boolean fits = more <= most - before;
      if (!fits || !Replay.JVM.reserve(more, retries.maxReplayTotal())) {
        if (most > 0) {
          policy.limits().bodiesNotKept.increment();
        }
        forget();
        return false;
      }
      if (KEPT.compareAndSet(this, before, before + more)) {
        if (over) {
          forget();
        }
        return true;
      }
      Replay.JVM.release(more);
    }
    return false;
  }

  private void forget() {
    int bytes = KEPT.getAndSet(this, NOTHING_MORE);
    if (bytes > 0) {
      Replay.JVM.release(bytes);
    }
  }

  private boolean suppressed() {
    return terms.repetition() && !policy.rules().repeatsRepetitions();
  }

  /** Tells the callee of an attempt what it should know; once per physical send. */
  public void writeHeaders(Try attempt, HeaderSink headers) {
    String number = attempt.number() == 1 ? "1" : Integer.toString(attempt.number());
    headers.set("x-envoy-attempt-count", number);
    time.tell(headers, request, grpc);
  }

  /** Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative. */
  public long remainingNanos() {
    return time.remainingNanos();
  }

  /** The bound of connecting; {@link Long#MAX_VALUE}: none. */
  public long connectTimeoutNanos() {
    return policy.connectTimeoutNanos();
  }

  /** The bound of one attempt; {@link Long#MAX_VALUE}: none but the call's. */
  public long perTryNanos() {
    return time.perTryNanos();
  }

  /**
   * The next attempt; null when there is none.
   *
   * @param wait what the server asked for
   * @param forbidden whether the server asked for none
   */
  private Try again(Try last, Outcome outcome, long wait, boolean forbidden) {
    RetryRules rules = policy.rules();
    if (outcome.effect() != Outcome.Effect.SUCCESS && exhausted()) {
      discourage("budget");
    }
    if (rules.attempts() == 0 || !rules.retries(outcome, request)) {
      return null;
    }
    if (forbidden || suppressed()) {
      policy.limits().suppressed.increment();
      return null;
    }
    Try next = last.number() > rules.attempts() ? null : affordable(last, outcome, wait);
    if (next == null) {
      last.exhaust();
      return null;
    }
    last.end();
    return send(next);
  }

  /** A retry that is wanted; null when time, budget or breaker do not allow it. */
  private Try affordable(Try last, Outcome outcome, long wait) {
    RetryRules rules = policy.rules();
    if (wait > rules.retryAfterNanos() || lacksTimeFor(Math.max(0, wait))) {
      return null;
    }
    boolean unsent = last.number() == 1 && outcome.neverSent();
    boolean free = unsent && policy.endpoints().isPresent() && mostlyHealthy();
    RetryBudget budget = policy.limits().budget();
    if (!budget.acquire(policy.clock().nanos(), free, policy.statistics().inFlight())) {
      policy.statistics().count(Event.RETRY_DENIED);
      discourage("budget");
      return null;
    }
    Lease permit = null;
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        budget.refund(free);
        budget.release();
        discourage("breaker");
        return null;
      }
    }
    if (tried == null) {
      tried = new ArrayList<>(rules.attempts());
    }
    last.endpoint().ifPresent(tried::add);
    Endpoints.Picked picked = pick(rules.elsewhere() ? tried : List.of());
    boolean elsewhere = picked != null && tried.stream().noneMatch(picked.endpoint()::sameAs);
    if (picked != null && !elsewhere) {
      policy.limits().sameEndpoint.increment();
    }
    long delay = unsent && elsewhere ? 0 : delay(last, wait);
    Try next = new Try(last.number() + 1, outcome.keyword(), delay, policy, permit, picked);
    if (lacksTimeFor(delay)) {
      budget.refund(free);
      next.end();
      return null;
    }
    return next;
  }

  private boolean mostlyHealthy() {
    return policy.endpoints().get().mostlyHealthy();
  }

  private boolean exhausted() {
    return terms != CallerTerms.NONE && policy.limits().budget().empty(policy.clock().nanos());
  }

  /** Our caller would only make it worse; it is told so with the answer, if that is a failure. */
  private void discourage(String reason) {
    if (policy.rules().signals()) {
      terms.discourageRetry(reason);
    }
  }

  private boolean lacksTimeFor(long delay) {
    long remaining = time.remainingNanos();
    return remaining != Long.MAX_VALUE && remaining - delay < policy.worthwhileNanos();
  }

  private long delay(Try last, long wait) {
    long backoff = Backoff.nanos(policy.rules(), last.number(), policy.chance());
    return wait < 0 ? backoff : (long) (Math.max(backoff, wait) * policy.chance().between(1, 1.5));
  }

  private Endpoints.Picked pick(List<EndpointState> except) {
    return policy
        .endpoints()
        .map(endpoints -> endpoints.pick(policy.clock().nanos(), hash, except))
        .orElse(null);
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
