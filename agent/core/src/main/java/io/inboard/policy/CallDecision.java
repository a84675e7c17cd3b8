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
import java.util.concurrent.TimeoutException;

/**
 * Decides one call, step by step: {@link #first}, then {@link #responded} or {@link #failed} for
 * each attempt, at last {@link #end}. Steps follow each other, on any thread with happens-before
 * between them; {@link #end} may come at any time from any thread. An attempt keeps its own time
 * ({@link PolicyAttempt}); what takes the place of a failure says {@link FallbackCall}.
 *
 * <p>What may keep a call from its first attempt, and in which order, says {@link Gate}; for each
 * attempt follow budget, pick, send, classify, feed.
 */
public class CallDecision extends GatedCall {
  private static final Decision OTHER_IN_FLIGHT = new Decision.End(Step.OTHER_IN_FLIGHT);

  private static final String STREAM = "text/event-stream";
  private static final String GRPC = "application/grpc";

  private final PolicyAttempt.Maker attempts;

  private boolean grpc;

  /** Of the call's key, if the destination hashes. Set by {@link #first}. */
  private long hash = Balancer.NO_KEY;

  /** Null until it is needed. Written by steps, read by {@link #end}, too. */
  private volatile Repetition repetition;

  /** The attempt under way. Written by steps, read by {@link #end}. */
  private volatile PolicyAttempt current;

  /**
   * Makes a call that has not begun.
   *
   * @param attempts not asked before {@link #first}
   */
  CallDecision(
      DestinationPolicy policy,
      OutboundRequest request,
      CallerTerms terms,
      PolicyAttempt.Maker attempts) {
    super(policy, request, terms);
    this.attempts = attempts;
  }

  /**
   * Decides the first attempt.
   *
   * @param trusted whether the connection can be secured as the settings ask
   */
  public Decision first(boolean trusted) {
    long now = policy.clock().nanos();
    begin(trusted, now);
    grpc = "POST".equals(request.method()) && is(request.headers("content-type"), GRPC);
    return goOn(now);
  }

  @Override
  Decision start(Endpoints endpoints, Lease permit, long delayNanos, long now) {
    Endpoints.Picked picked = null;
    if (endpoints != null) {
      hash = endpoints.hash(request, terms);
      picked = choose(endpoints, now);
    }
    return send(attempt(1, "", now, delayNanos, permit, picked, false));
  }

  /**
   * For the first attempt, and for one in its place: the endpoint that the application's URL names,
   * while calls may go there; else as they are balanced.
   */
  final Endpoints.Picked choose(Endpoints endpoints, long now) {
    if (request instanceof AtHost at && !at.named().isEmpty()) {
      Endpoints.Picked named = endpoints.named(at.named(), now);
      if (named != null) {
        return named;
      }
    }
    return endpoints.pick(now, hash, List.of());
  }

  /** See {@link PolicyAttempt#decided}. */
  final PolicyAttempt attempt(
      int number,
      String reason,
      long now,
      long delayNanos,
      Lease permit,
      Endpoints.Picked picked,
      boolean paid) {
    return attempts.make().decided(this, number, reason, now, delayNanos, permit, picked, paid);
  }

  /** Refuses the call, since its connection cannot be secured as the settings ask. */
  public final Decision untrusted() {
    return Refusal.untrusted(policy);
  }

  /** The delay is over for which nothing was sent. */
  public Decision paused(Decision.Pause pause) {
    return pause.then();
  }

  /** The head of an attempt's answer is there. */
  public Decision responded(PolicyAttempt attempt, int status, HeaderView headers) {
    Expiry expiry = attempt.settle(false);
    if (expiry != Expiry.NONE) {
      // Our bound came first and has stopped the I/O; the body would never come.
      return failed(attempt, new TimeoutException(), Progress.RESPONSE_STARTED, expiry);
    }
    Decision next = answered(attempt, status, headers);
    attempt.ends(status, null);
    if (next != Decision.DELIVER) {
      attempt.release(); // Its body will not be read.
    }
    return next;
  }

  private Decision answered(PolicyAttempt attempt, int status, HeaderView headers) {
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
    if (wait > policy.rules().retryAfterMaxNanos() || wait > remainingNanos()) {
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

  /** An attempt ended without an answer. */
  public Decision failed(PolicyAttempt attempt, Throwable error, Progress progress) {
    return failed(attempt, error, progress, attempt.settle(true));
  }

  /**
   * An attempt ended without an answer.
   *
   * @param expiry which bound of ours has ended it
   */
  private Decision failed(
      PolicyAttempt attempt, Throwable error, Progress progress, Expiry expiry) {
    attempt.release();
    Decision next = unanswered(attempt, error, progress, expiry);
    attempt.ends(0, error);
    return next;
  }

  private Decision unanswered(
      PolicyAttempt attempt, Throwable error, Progress progress, Expiry expiry) {
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
  final long hedgeAfterNanos(PolicyAttempt attempt) {
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
  public final Decision hedge(PolicyAttempt first) {
    Hedging hedging = policy.limits().hedging();
    if (over() || hedging == null || first != current || !mayGetASecond(first)) {
      return Decision.DELIVER;
    }
    PolicyAttempt second = hedging.second(first, repetition(), policy.limits().bulkhead());
    return second == null ? Decision.DELIVER : send(second);
  }

  /** See {@link io.inboard.call.Call#bodyWanted}. */
  public int bodyWanted() {
    return 0;
  }

  /** See {@link io.inboard.call.Call#body}. */
  public void body(byte[] whole) {}

  /** The other attempt has won. */
  public final void lost(PolicyAttempt attempt) {
    attempt.abandon();
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

  /**
   * The call is over: answered and read, or given up. Nothing is stopped any more by a bound of
   * ours, and what was not reported counts as abandoned. Idempotent; any thread.
   *
   * @return whether it was not over before
   */
  public final boolean end() {
    boolean first = isOver();
    PolicyAttempt attempt = current;
    if (attempt != null) {
      attempt.abandon();
    }
    PolicyAttempt other = slow();
    if (other != null) {
      other.abandon();
    }
    giveBack();
    return first;
  }

  /**
   * Tells the callee of an attempt what it should know; once per physical send. Work that somebody
   * further up asks for again is a repetition here, too, from the first attempt on: a callee that
   * took it for new would retry it, and each tier below would begin anew.
   */
  public final void writeHeaders(PolicyAttempt attempt, HeaderSink headers) {
    int number = terms.repetition() ? attempt.number() + 1 : attempt.number();
    headers.set("x-envoy-attempt-count", number == 1 ? "1" : Integer.toString(number));
    time.tell(headers, request, grpc, policy.clock().nanos() - startNanos);
  }

  /** See {@link io.inboard.call.Attempt#toldNanos}. */
  public final long toldNanos() {
    return time.toldNanos(policy.clock().nanos() - startNanos);
  }

  /** The bound of an attempt; {@link Long#MAX_VALUE}: none but the call's. */
  final long perTryNanos(PolicyAttempt attempt) {
    Hedging hedging = policy.limits().hedging();
    return hedging != null && hedging.onPerTryTimeout() && mayGetASecond(attempt)
        ? Long.MAX_VALUE // At its time bound a second attempt begins; this one is not stopped.
        : time.perTryNanos();
  }

  private Repetition repetition() {
    Repetition r = repetition;
    if (r == null) {
      r = new Repetition(this, hash);
      repetition = r;
    }
    return r;
  }

  private PolicyAttempt send(PolicyAttempt attempt) {
    attempt.begin();
    current = attempt;
    if (over()) {
      attempt.abandon();
    }
    return attempt;
  }

  private static boolean is(List<String> contentType, String expected) {
    return !contentType.isEmpty()
        && contentType.get(0).regionMatches(true, 0, expected, 0, expected.length());
  }
}
