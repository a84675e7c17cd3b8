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
import java.util.List;

/**
 * Decides one call, step by step: {@link #first}, then {@link #responded} or {@link #failed} for
 * each attempt, at last {@link #end}. Steps follow each other, on any thread with happens-before
 * between them; {@link #end} may come at any time from any thread.
 *
 * <p>What may keep a call from its first attempt, and in which order, says {@link Gate}; for each
 * attempt follow budget, pick, send, classify, feed.
 */
public final class CallDecision extends CallReservations {
  private static final Decision OTHER_IN_FLIGHT = new Decision.End(Step.OTHER_IN_FLIGHT);

  private static final String STREAM = "text/event-stream";
  private static final String GRPC = "application/grpc";

  private static final Gate[] GATES = Gate.values();

  private final OutboundRequest request;

  /** The next one to pass. Steps only, as the four that follow. */
  private int gate;

  /** Whether the connection can be secured as the settings ask. */
  private boolean trusted;

  /** Calls under way when this one began, itself included. */
  private int underWay;

  /** Those that the first attempt is picked from; null: the library resolves the host. */
  private Endpoints endpoints;

  /** The breaker's, for the first attempt; null: there is no breaker. */
  private Lease permit;

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
  private volatile PolicyAttempt current;

  CallDecision(DestinationPolicy policy, OutboundRequest request, CallerTerms terms) {
    super(policy, terms);
    this.request = request;
  }

  /**
   * Decides the first attempt.
   *
   * @param trusted whether the connection can be secured as the settings ask
   */
  public Decision first(boolean trusted) {
    long now = policy.clock().nanos();
    startNanos = now;
    time = CallTime.begin(policy, request, terms, now);
    grpc = "POST".equals(request.method()) && is(request.headers("content-type"), GRPC);
    this.trusted = trusted;
    underWay = policy.statistics().begun(now);
    hold(COUNTED);
    return goOn(now);
  }

  /** Passes the gates that are left; the first attempt behind the last of them. */
  private Decision goOn(long now) {
    while (gate < GATES.length) {
      Decision instead = pass(GATES[gate++], now);
      if (instead != null) {
        return instead;
      }
    }
    return start(now);
  }

  /** Null: it may pass. */
  private Decision pass(Gate at, long now) {
    return switch (at) {
      case IDENTITY -> trusted ? null : Refusal.untrusted(policy);
      case DEADLINE -> remainingNanos(now) <= 0 ? Refusal.late(policy) : null;
      case FAULT -> fault();
      case ENDPOINTS -> policy.byLibrary() ? null : endpoints();
      case CALLS ->
          underWay > policy.settings().connectionPool().http2MaxRequests()
              ? Refusal.overflow(policy, "too many calls are under way")
              : null;
      case ADMISSION ->
          policy.limits().throttles(now, policy.chance()) ? Refusal.throttled(policy) : null;
      case POOL -> policy.limits().bulkhead().limited() ? pool() : null;
      case BREAKER -> breaker(now);
    };
  }

  private Decision fault() {
    fault = policy.faults().draw(policy.chance(), time.timeoutNanos());
    return fault.next(policy, time.timeoutNanos());
  }

  private Decision endpoints() {
    endpoints = policy.endpoints();
    if (endpoints.missing().isEmpty()) {
      return null;
    }
    if (!endpoints.pending() || place() != null) {
      return Refusal.noEndpoint(policy, endpoints.missing());
    }
    take(policy.live().await());
    return new Decision.Queue(patience());
  }

  private Decision pool() {
    Bulkhead pool = policy.limits().bulkhead();
    if (pool.takeAtOnce()) {
      hold(PLACE);
      return null;
    }
    Bulkhead.Place asked = ask(pool);
    if (asked == null) {
      return Refusal.overflow(policy, "too many calls wait for a connection");
    }
    return asked.held() ? null : new Decision.Queue(patience());
  }

  private Decision breaker(long now) {
    policy.limits().begun(now);
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        Repetition.discourage(policy, terms, "breaker");
        return Refusal.circuitOpen(policy);
      }
    }
    return null;
  }

  /** How long the call may wait for a connection: what it has, else as long as for a new one. */
  private long patience() {
    long remaining = remainingNanos();
    return remaining == Long.MAX_VALUE ? policy.connectTimeoutNanos() : Math.max(1, remaining);
  }

  /**
   * Says what to do when the call, which got {@link Decision.Queue}, has its turn; now if it has
   * come.
   *
   * @param action asks {@link #turn}
   */
  public void onTurn(Runnable action) {
    place().onTurn(action);
  }

  /** Goes on with a call that has waited for its turn. It may have to wait for another one. */
  public Decision turn() {
    if (over()) {
      return Decision.DELIVER;
    }
    // Time has passed, and endpoints may have gone.
    long now = policy.clock().nanos();
    Decision late = pass(Gate.DEADLINE, now);
    Decision instead = late != null ? late : pass(Gate.ENDPOINTS, now);
    return instead != null ? instead : goOn(now);
  }

  /** Ends the waiting; null when the turn has come in the meantime. */
  public Decision waitedTooLong() {
    Turn waited = place();
    if (!waited.leave()) {
      return null;
    }
    if (remainingNanos() <= 0) {
      return Refusal.late(policy);
    }
    return waited instanceof Bulkhead.Place
        ? Refusal.overflow(policy, "no connection became free in time")
        : Refusal.noEndpoint(policy, endpoints.missing());
  }

  /** The first attempt, behind all gates. */
  private Decision start(long now) {
    Endpoints.Picked picked = null;
    if (!policy.byLibrary()) {
      hash = endpoints.hash(request, terms);
      picked = endpoints.pick(now, hash, List.of());
    }
    return send(new PolicyAttempt(1, "", now, fault.delayNanos(), policy, permit, picked, false));
  }

  /** Refuses the call, since its connection cannot be secured as the settings ask. */
  public Decision untrusted() {
    return Refusal.untrusted(policy);
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
  public Decision responded(PolicyAttempt attempt, int status, HeaderView headers) {
    Outcome outcome = grpc ? Outcome.grpc(status, headers) : Outcome.response(status);
    if (outcome.status() < 400) {
      attempt.tell(outcome, 0, is(headers.headers("content-type"), STREAM));
      return won(attempt);
    }
    long wait = Signals.waitNanos(status, headers, policy.clock().epochMillis());
    attempt.tell(outcome, Math.max(0, wait), false);
    if (over()) {
      return Decision.DELIVER;
    }
    if (wait > policy.rules().retryAfterNanos() || wait > remainingNanos()) {
      attempt.hold(wait); // The call cannot wait that long: the endpoint counts as slow meanwhile.
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
      return OTHER_IN_FLIGHT;
    }
    PolicyAttempt next = repetition().after(attempt, outcome, wait, forbidden);
    return next == null ? Decision.DELIVER : send(attempt, next);
  }

  /**
   * An attempt ended without an answer.
   *
   * @param expiry which bound of ours has ended it
   */
  public Decision failed(PolicyAttempt attempt, Throwable error, Progress progress, Expiry expiry) {
    if (over()) {
      attempt.end();
      return Decision.DELIVER;
    }
    Outcome outcome = Outcome.failure(error, progress, expiry);
    if (expiry == Expiry.PER_TRY) {
      policy.statistics().count(Event.PER_TRY_TIMEOUT);
    }
    attempt.tell(outcome);
    if (otherGoesOn(attempt)) {
      return OTHER_IN_FLIGHT;
    }
    PolicyAttempt next = repetition().after(attempt, outcome, Signals.NOTHING, false);
    if (next != null) {
      return send(attempt, next);
    }
    attempt.end();
    return expiry == Expiry.NONE
        ? Decision.DELIVER
        : Refusal.timeout(policy, time, attempt, expiry == Expiry.TOTAL);
  }

  /** How long an attempt is alone; {@link Long#MAX_VALUE}: until it ends. */
  public long hedgeAfterNanos(PolicyAttempt attempt) {
    Hedging hedging = policy.limits().hedging();
    return hedging == null || !mayGetASecond(attempt)
        ? Long.MAX_VALUE
        : hedging.afterNanos(policy.statistics(), time.perTryNanos());
  }

  private boolean mayGetASecond(PolicyAttempt attempt) {
    return attempt.number() == 1
        && repetition == null
        && request.hedgeable()
        && policy.rules().hedges(request);
  }

  /** A second attempt beside a slow one; {@link Decision#DELIVER}: none. */
  public Decision hedge(PolicyAttempt first) {
    Hedging hedging = policy.limits().hedging();
    if (over() || hedging == null || first != current || !mayGetASecond(first)) {
      return Decision.DELIVER;
    }
    PolicyAttempt second = hedging.second(first, repetition(), policy.limits().bulkhead());
    return second == null ? Decision.DELIVER : send(second);
  }

  /** The other attempt has won. */
  public void lost(PolicyAttempt attempt) {
    attempt.end();
  }

  private Decision won(PolicyAttempt attempt) {
    Hedging hedging = policy.limits().hedging();
    PolicyAttempt slow = slow();
    if (slow != null && hedging != null) {
      hedging.answered(attempt == slow);
    }
    return Decision.DELIVER;
  }

  /** Whether another attempt is under way, which then continues alone. */
  private boolean otherGoesOn(PolicyAttempt attempt) {
    Repetition r = repetition;
    PolicyAttempt other = r == null ? null : r.besides(attempt, current);
    if (other == null) {
      return false;
    }
    attempt.end();
    // Written first: a thread that abandons the call finds the attempt in one of the two fields.
    current = other;
    r.slow = null;
    return true;
  }

  /** One that is under way beside {@link #current}; null: none. */
  private PolicyAttempt slow() {
    Repetition r = repetition;
    return r == null ? null : r.slow;
  }

  private PolicyAttempt send(PolicyAttempt last, PolicyAttempt next) {
    last.end();
    return send(next);
  }

  /** The call is over: answered and read, or given up. Idempotent. */
  public void end() {
    isOver();
    PolicyAttempt attempt = current;
    if (attempt != null) {
      attempt.end();
    }
    PolicyAttempt other = slow();
    if (other != null) {
      other.end();
    }
    giveBack();
  }

  /**
   * Tells the callee of an attempt what it should know; once per physical send. Work that somebody
   * further up asks for again is a repetition here, too, from the first attempt on: a callee that
   * took it for new would retry it, and each tier below would begin anew.
   */
  public void writeHeaders(PolicyAttempt attempt, HeaderSink headers) {
    int number = terms.repetition() ? attempt.number() + 1 : attempt.number();
    headers.set("x-envoy-attempt-count", number == 1 ? "1" : Integer.toString(number));
    time.tell(headers, request, grpc, policy.clock().nanos() - startNanos);
  }

  /** Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative. */
  public long remainingNanos() {
    return bounded() ? remainingNanos(policy.clock().nanos()) : Long.MAX_VALUE;
  }

  /** As {@link #remainingNanos()}, for callers that have read the clock. */
  public long remainingNanos(long now) {
    return time.remainingNanos(now - startNanos);
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
  public long perTryNanos(PolicyAttempt attempt) {
    Hedging hedging = policy.limits().hedging();
    return hedging != null && hedging.onPerTryTimeout() && mayGetASecond(attempt)
        ? Long.MAX_VALUE // At its time bound a second attempt begins; this one is not stopped.
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

  private PolicyAttempt send(PolicyAttempt attempt) {
    attempt.begin();
    current = attempt;
    if (over()) {
      attempt.end();
    }
    return attempt;
  }

  private static boolean is(List<String> contentType, String expected) {
    return !contentType.isEmpty()
        && contentType.get(0).regionMatches(true, 0, expected, 0, expected.length());
  }
}
