// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.policy.Statistics.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * The attempts of one call after its first: whether one is wanted, whether budget, breaker and time
 * allow it, where it goes and when. Made when a call needs it; used by its steps only, but for
 * {@link #slow}.
 */
final class Repetition {
  /**
   * How often one call exchanges a connection that was found dead, beside its retries: a pool may
   * hold more than one that the server has closed.
   */
  private static final int MOST_EXCHANGES = 4;

  private final CallDecision call;
  private final DestinationPolicy policy;
  private final OutboundRequest request;
  private final CallerTerms terms;
  private final long hash;
  private final List<EndpointState> tried = new ArrayList<>(3);

  /**
   * A slow one that is under way beside the last one; null: none. Written by steps, read by who
   * gives up.
   */
  volatile PolicyAttempt slow;

  /** Those that the next attempt is picked from; null: the library resolves the host. */
  private Endpoints endpoints;

  /** Attempts so far, but for those {@link #inPlaceOfTheLibrary}. */
  private int attempts = 1;

  /** Attempts so far that took the place of the library's own. */
  private int exchanges;

  Repetition(CallDecision call, long hash) {
    this.call = call;
    this.policy = call.policy;
    this.request = call.request;
    this.terms = call.terms;
    this.hash = hash;
  }

  /**
   * Whether a call that serves a retry of its caller is not retried: they would multiply. What was
   * never sent is no work for anybody, and goes elsewhere nevertheless: the caller has spent its
   * own retry, perhaps on an instance that has just gone, and here may be another one. Not where a
   * library of this JVM does the work again: it does so after this one, too.
   */
  static boolean suppressed(DestinationPolicy policy, CallerTerms terms) {
    return terms.repetition() && !policy.rules().retryOfRetry();
  }

  /** Whether a call may be repeated at all. */
  static boolean possible(DestinationPolicy policy, CallerTerms terms) {
    return policy.rules().attempts() > 0 && !suppressed(policy, terms);
  }

  /**
   * Tells our caller, with the answer if that is a failure, not to retry: it would make things
   * worse.
   */
  static void discourage(DestinationPolicy policy, CallerTerms terms, String reason) {
    if (policy.rules().signals()) {
      terms.discourageRetry(reason);
    }
  }

  /**
   * The attempt after one that is over; null when there is none.
   *
   * @param wait what the server asked for; {@link Signals#NOTHING}
   * @param forbidden whether the server asked for none
   */
  PolicyAttempt after(PolicyAttempt last, Outcome outcome, long wait, boolean forbidden) {
    RetryRules rules = policy.rules();
    if (outcome.effect() == Outcome.Effect.FAILURE && exhausted()) {
      discourage("budget");
    }
    boolean wanted = rules.attempts() > 0 && rules.retries(outcome, request);
    boolean elsewhere = outcome.neverSent() && terms.repeatedBy().isEmpty();
    boolean allowed = wanted && !forbidden && (elsewhere || !suppressed(policy, terms));
    PolicyAttempt next =
        allowed && attempts <= rules.attempts() ? affordable(last, outcome, wait) : null;
    if (next == null) {
      next = inPlaceOfTheLibrary(last, outcome);
    }
    if (next == null && allowed) {
      last.exhaust();
    } else if (next == null && wanted) {
      policy.limits().suppressed.increment();
    }
    return next;
  }

  /**
   * What the library would repeat by itself without us, which its adapter has switched off: where
   * the settings repeat nothing, nothing would take its place. A connection from the pool that
   * turned out to be dead before a byte was written is exchanged for another, whatever the method
   * and the settings: that is no retry, and counts as none. What was sent is repeated only where
   * resilience is switched off as a whole, so that no setting forbids it; once; and only where its
   * method is idempotent.
   */
  private PolicyAttempt inPlaceOfTheLibrary(PolicyAttempt last, Outcome outcome) {
    boolean unsent = outcome.kind() == Outcome.Kind.RESET_BEFORE_REQUEST;
    boolean again =
        outcome.kind() == Outcome.Kind.RESET_BEFORE_RESPONSE
            && last.number() == 1
            && !policy.settings().resilience()
            && request.repeatedByLibrary()
            && request.body() != Body.ONE_SHOT;
    if (!(unsent || again) || attempts > 1 || exchanges >= MOST_EXCHANGES) {
      return null;
    }
    if (lacksTimeFor(0) || nowhere()) {
      return null;
    }
    Lease permit = permit();
    if (permit == null) {
      return null;
    }
    exchanges++;
    return call.attempt(
        again ? last.number() + 1 : last.number(),
        outcome.keyword(),
        now(),
        0,
        given(permit),
        endpoints == null ? null : call.choose(endpoints, now()),
        false);
  }

  private PolicyAttempt affordable(PolicyAttempt last, Outcome outcome, long wait) {
    RetryRules rules = policy.rules();
    if (wait > rules.retryAfterMaxNanos() || lacksTimeFor(Math.max(0, wait)) || nowhere()) {
      return null;
    }
    boolean unsent = attempts == 1 && outcome.neverSent();
    boolean free = unsent && endpoints != null && endpoints.mostlyHealthy();
    Lease permit = pay(free);
    if (permit == null) {
      return null;
    }
    last.target().ifPresent(tried::add);
    Endpoints.Picked picked = pick(rules.ignorePreviousHosts() ? tried : List.of());
    boolean elsewhere = picked != null && !contains(picked.endpoint());
    if (picked != null && !elsewhere) {
      policy.limits().sameEndpoint.increment();
    }
    long delay = unsent && elsewhere ? 0 : delay(wait);
    PolicyAttempt next =
        call.attempt(attempts + 1, outcome.keyword(), now(), delay, given(permit), picked, true);
    if (lacksTimeFor(delay)) {
      policy.limits().budget().refund(free);
      next.end();
      return null;
    }
    attempts++;
    return next;
  }

  /** An attempt beside one that is slow, at another endpoint; null when there can be none. */
  PolicyAttempt beside(PolicyAttempt slow) {
    if (suppressed(policy, terms) || lacksTimeFor(0) || slow.target().isEmpty() || nowhere()) {
      return null;
    }
    Lease permit = pay(false);
    if (permit == null) {
      return null;
    }
    tried.add(slow.target().get());
    Endpoints.Picked picked = pick(tried);
    PolicyAttempt next =
        call.attempt(attempts + 1, PolicyAttempt.HEDGE, now(), 0, given(permit), picked, true);
    if (picked == null || contains(picked.endpoint())) {
      policy.limits().budget().refund(false);
      next.end();
      return null;
    }
    attempts++;
    this.slow = slow;
    return next;
  }

  /**
   * The other of two attempts, if it is under way; null: there is none.
   *
   * @param last the call's last one
   */
  PolicyAttempt besides(PolicyAttempt attempt, PolicyAttempt last) {
    PolicyAttempt other = attempt == slow ? last : slow;
    return other == null || other == attempt || other.outcome().isPresent() ? null : other;
  }

  /** Takes what one more attempt costs; null when budget or breaker do not give it. */
  private Lease pay(boolean free) {
    RetryBudget budget = policy.limits().budget();
    if (!budget.acquire(policy.clock().nanos(), free, policy.statistics().inFlight())) {
      policy.statistics().count(Event.RETRY_DENIED);
      discourage("budget");
      return null;
    }
    Lease permit = permit();
    if (permit == null) {
      budget.refund(free);
      budget.release();
      discourage("breaker");
    }
    return permit;
  }

  /** The breaker's; null when it gives none. */
  private Lease permit() {
    return policy.breaker().isEmpty() ? Health.NO_LEASE : policy.breaker().get().acquire();
  }

  /** The breaker's; null when there is none. */
  private static Lease given(Lease permit) {
    return permit == Health.NO_LEASE ? null : permit;
  }

  private boolean exhausted() {
    return terms != CallerTerms.NONE && policy.limits().budget().empty(policy.clock().nanos());
  }

  private void discourage(String reason) {
    discourage(policy, terms, reason);
  }

  private boolean contains(EndpointState endpoint) {
    for (EndpointState e : tried) {
      if (e.sameAs(endpoint)) {
        return true;
      }
    }
    return false;
  }

  private boolean lacksTimeFor(long delay) {
    long remaining = call.remainingNanos(now());
    return remaining != Long.MAX_VALUE && remaining - delay < policy.worthwhileNanos();
  }

  private long delay(long wait) {
    long backoff = Backoff.nanos(policy.rules(), attempts, policy.chance());
    return wait < 0 ? backoff : (long) (Math.max(backoff, wait) * policy.chance().between(1, 1.5));
  }

  /** Null when the library resolves the host itself. */
  private Endpoints.Picked pick(List<EndpointState> except) {
    return endpoints == null ? null : endpoints.pick(now(), hash, except);
  }

  /** Whether the endpoints are gone; looks which there are, for the attempt that follows. */
  private boolean nowhere() {
    if (policy.byLibrary()) {
      return false;
    }
    endpoints = policy.endpoints();
    return !endpoints.missing().isEmpty();
  }

  private long now() {
    return policy.clock().nanos();
  }
}
