// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Outcome.Expiry;
import io.inboard.policy.Statistics.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides one call, step by step: {@link #first}, then {@link #responded} or {@link #failed} for
 * each attempt, at last {@link #end}. Steps follow each other, on any thread with happens-before
 * between them; {@link #end} may come at any time from any thread.
 */
public final class CallDecision {
  /** A retry with less time than this would only be load. */
  private static final long MIN_ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final String STREAM = "text/event-stream";

  private final DestinationPolicy policy;
  private final OutboundRequest request;

  /** Of the request for which the call is made. */
  private final CallerTerms terms;

  /** Set by {@link #first}; {@link Long#MAX_VALUE} nanoseconds are for ever. */
  private long startNanos;

  private final long timeoutNanos;

  /** Endpoints of this call's attempts; null before the first retry. Written by steps only. */
  private List<EndpointState> tried;

  /** The attempt under way. Written by steps, read by {@link #end}. */
  private volatile Try current;

  /**
   * Nothing more is to be sent. Written before {@link #current} is read, and the other way round.
   */
  private volatile boolean over;

  /** Whether {@link #first} has begun it, and {@link #end} has not ended it: 1; by one thread. */
  private final AtomicInteger counted = new AtomicInteger();

  CallDecision(DestinationPolicy policy, OutboundRequest request, CallerTerms terms) {
    this.policy = policy;
    this.request = request;
    this.terms = terms;
    this.timeoutNanos = policy.timeoutNanos();
  }

  /** Decides the first attempt. */
  public Next first() {
    startNanos = policy.clock().nanos();
    int underWay = policy.statistics().begun(startNanos);
    counted.set(1);
    Limits limits = policy.limits();
    if (underWay > policy.settings().connectionPool().http2MaxRequests()) {
      policy.statistics().count(Event.OVERFLOW, startNanos);
      return Next.refuse(
          Step.Reason.OVERFLOW,
          "inboard: " + policy.name() + ": too many calls are under way (http2MaxRequests)");
    }
    limits.budget().request(startNanos);
    Lease permit = null;
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        policy.statistics().count(Event.SHORT_CIRCUITED, startNanos);
        return Next.refuse(
            Step.Reason.CIRCUIT_OPEN,
            "inboard: " + policy.name() + ": the circuit breaker is open, nothing was sent");
      }
    }
    return send(new Try(1, "", 0, policy, permit, pick(List.of())));
  }

  /** An attempt was answered, within its bounds. */
  public Next responded(Try attempt, int status, HeaderView headers) {
    Outcome outcome = Outcome.response(status);
    OptionalLong retryAfter = retryAfter(status, headers);
    attempt.tell(outcome, retryAfter.orElse(0), status < 400 && stream(headers));
    if (over) {
      return Next.HAND_ON;
    }
    if (status < 400 || !worthwhile(attempt, outcome) || forbidden(headers)) {
      return Next.HAND_ON;
    }
    Try next = again(attempt, outcome, retryAfter);
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
    if (worthwhile(attempt, outcome)) {
      Try next = again(attempt, outcome, OptionalLong.empty());
      if (next != null) {
        return next;
      }
    }
    attempt.end();
    return expiry == Expiry.NONE ? Next.HAND_ON : timeout(attempt, expiry);
  }

  /** The call is over: answered and read, or given up. Idempotent. */
  public void end() {
    over = true;
    if (counted.compareAndSet(1, 0)) {
      policy.statistics().ended();
    }
    Try attempt = current;
    if (attempt != null) {
      attempt.end();
    }
  }

  /** Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative. */
  public long remainingNanos() {
    return timeoutNanos == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : timeoutNanos - (policy.clock().nanos() - startNanos);
  }

  /** The bound of one attempt; {@link Long#MAX_VALUE}: none but the call's. */
  public long perTryNanos() {
    return policy.rules().perTryNanos();
  }

  private boolean worthwhile(Try attempt, Outcome outcome) {
    return attempt.number() <= policy.rules().attempts()
        && policy.rules().retries(outcome, request.method(), request::body);
  }

  /** Servers say "do not retry" in these words (Envoy, and ours). */
  private static boolean forbidden(HeaderView headers) {
    return !headers.headers("x-envoy-ratelimited").isEmpty()
        || !headers.headers("x-inboard-no-retry").isEmpty();
  }

  /** Whether the answer's head says nothing of latency: it came when there was an event. */
  private static boolean stream(HeaderView headers) {
    List<String> type = headers.headers("content-type");
    return !type.isEmpty() && type.get(0).regionMatches(true, 0, STREAM, 0, STREAM.length());
  }

  private OptionalLong retryAfter(int status, HeaderView headers) {
    return status == 503 || status == 429
        ? Backoff.retryAfter(headers.headers("retry-after"), policy.clock().epochMillis())
        : OptionalLong.empty();
  }

  /**
   * The next attempt; null when there is none that could come in time, or that the breaker lets.
   */
  private Try again(Try last, Outcome outcome, OptionalLong retryAfter) {
    if (retryAfter.orElse(0) > Backoff.MAX_HONOURED_NANOS) {
      return null;
    }
    RetryBudget budget = policy.limits().budget();
    boolean failover = last.number() == 1 && outcome.neverSent();
    boolean free = failover && policy.endpoints().map(Endpoints::mostlyHealthy).orElse(false);
    if (!budget.acquire(policy.clock().nanos(), free, policy.statistics().inFlight())) {
      policy.statistics().count(Event.RETRY_DENIED);
      return null;
    }
    Lease permit = null;
    if (policy.breaker().isPresent()) {
      permit = policy.breaker().get().acquire();
      if (permit == null) {
        budget.refund(free);
        budget.release();
        return null;
      }
    }
    if (tried == null) {
      tried = new ArrayList<>(policy.rules().attempts());
    }
    last.endpoint().ifPresent(tried::add);
    Endpoints.Picked picked = pick(tried);
    long delay = delay(last, outcome, picked, retryAfter);
    Try next = new Try(last.number() + 1, outcome.keyword(), delay, policy, permit, picked);
    long remaining = remainingNanos();
    if (remaining != Long.MAX_VALUE && remaining - delay < MIN_ATTEMPT_NANOS) {
      budget.refund(free);
      next.end();
      return null;
    }
    last.end();
    return send(next);
  }

  private long delay(Try last, Outcome outcome, Endpoints.Picked next, OptionalLong retryAfter) {
    boolean elsewhere = next != null && tried.stream().noneMatch(next.endpoint()::sameAs);
    if (last.number() == 1 && outcome.neverSent() && elsewhere) {
      return 0;
    }
    long backoff = Backoff.nanos(policy.rules(), last.number(), policy.chance());
    if (retryAfter.isEmpty()) {
      return backoff;
    }
    return (long) (Math.max(backoff, retryAfter.getAsLong()) * policy.chance().between(1, 1.5));
  }

  private Endpoints.Picked pick(List<EndpointState> except) {
    return policy
        .endpoints()
        .map(endpoints -> endpoints.pick(policy.clock().nanos(), Balancer.NO_KEY, except))
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

  private Next timeout(Try attempt, Expiry expiry) {
    attempt.end();
    boolean total = expiry == Expiry.TOTAL;
    if (total) {
      policy.statistics().count(Event.TIMEOUT);
    }
    long bound = total ? timeoutNanos : perTryNanos();
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
}
