// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Load;
import io.inboard.policy.Statistics.Event;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * One attempt: where it goes, when and for how long, what came of it, and what it holds until it is
 * over. One that repeats holds a place in the retry budget, which was taken before.
 *
 * <p>Whoever sends attempts may add to them what concerns the wire: an address, TLS, who looks on.
 * That is a subclass, of which {@link Maker} makes the objects.
 */
public non-sealed class PolicyAttempt extends TimedAttempt implements Decision {
  /** The reason of an attempt beside a slow one. */
  static final String HEDGE = "hedge";

  private static final int NEW = 0;
  private static final int IN_FLIGHT = 1;
  private static final int ENDED = 2;

  /**
   * Of {@link #slot}: none. A fresh field's, since one that is set in a constructor costs a fence.
   */
  private static final int NOT_SENT = 0;

  /** Of {@link #slot}: what the load gave, which is -1 or more, and this. */
  private static final int SENT = 2;

  private static final AtomicIntegerFieldUpdater<PolicyAttempt> SLOT =
      AtomicIntegerFieldUpdater.newUpdater(PolicyAttempt.class, "slot");

  private static final AtomicReferenceFieldUpdater<PolicyAttempt, Outcome> OUTCOME =
      AtomicReferenceFieldUpdater.newUpdater(PolicyAttempt.class, Outcome.class, "outcome");

  private static final AtomicIntegerFieldUpdater<PolicyAttempt> PHASE =
      AtomicIntegerFieldUpdater.newUpdater(PolicyAttempt.class, "phase");

  /** A server that asks for a year is not left alone for a year. */
  private static final long MAX_HOLD_NANOS = TimeUnit.MINUTES.toNanos(5);

  // Set once, before the attempt is handed out:
  private int number;
  private String reason;
  private long delayNanos;
  private Lease permit;
  private Endpoints.Picked picked;

  /** Whether it is a retry or a hedge, and holds a place in the budget. */
  private boolean paid;

  /** What came of it; set once. */
  private volatile Outcome outcome;

  /** NEW, then IN_FLIGHT if it is sent, then ENDED. */
  private volatile int phase;

  /** When it went out. As {@link #sent}. */
  private long sentNanos;

  /** Written and read by steps. */
  private boolean exhausted;

  /** Of its own, beside the call's; null: none. Written before it begins. */
  private Bulkhead.Place place;

  /**
   * Where the endpoint's load remembers it; exchanged, so that it is given back once. Written after
   * {@link #sentNanos}.
   */
  private volatile int slot;

  /** Makes the attempts of one call. */
  @FunctionalInterface
  public interface Maker {
    /** Attempts that nobody adds anything to. */
    Maker PLAIN = PolicyAttempt::new;

    /** An attempt that knows nothing yet. */
    PolicyAttempt make();
  }

  /** Knows nothing until its call has decided it. */
  protected PolicyAttempt() {}

  /**
   * Decided; once, before it is handed out.
   *
   * @param now by the clock
   * @param endpoint null when the library resolves the host itself
   * @param forWhat null: there is no breaker
   * @param isPaid whether it is a retry or a hedge, for which the budget was asked
   */
  final PolicyAttempt decided(
      CallDecision decision,
      int which,
      String why,
      long now,
      long delay,
      Lease forWhat,
      Endpoints.Picked endpoint,
      boolean isPaid) {
    of(decision, now + delay);
    number = which;
    reason = why;
    delayNanos = delay;
    permit = forWhat;
    picked = endpoint;
    paid = isPaid;
    return this;
  }

  /**
   * It goes out now. Asked until it was true once; the adapter's threads.
   *
   * @return false: it was given up before
   */
  protected boolean begins() {
    return true;
  }

  /**
   * Its head is there, or there will be none; {@link #keyword} and {@link #exhausted} are known.
   *
   * @param status 0 when there is none
   * @param error null when there is none
   */
  protected void ends(int status, Throwable error) {}

  /** It is given up, or another one has won. May follow {@link #ends}. Idempotent; any thread. */
  protected void givenUp() {}

  /** 1 for the first that is sent; one that takes the place of an unsent one has its number. */
  public final int number() {
    return number;
  }

  /** Why the attempt before was not enough, in words of {@code retryOn}; empty for the first. */
  public final String reason() {
    return reason;
  }

  /** How long to wait before it. */
  public final long delayNanos() {
    return delayNanos;
  }

  /** Where to; empty when the library resolves the host itself. */
  public final Optional<EndpointState> target() {
    return picked == null ? Optional.empty() : Optional.of(picked.endpoint());
  }

  /** Its outcome; empty until one is reported. */
  public final Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  /** The word for {@link #outcome}; an attempt without one counts as abandoned. */
  public final String keyword() {
    Outcome known = outcome;
    return known == null ? "abandoned" : known.keyword();
  }

  /** See {@link io.inboard.call.Attempt#hedgeAfterNanos}. */
  public final long hedgeAfterNanos() {
    return call.hedgeAfterNanos(this);
  }

  @Override
  final long perTryNanos() {
    return call.perTryNanos(this);
  }

  /** It failed, and a retry was wanted that attempts, time, budget or breaker did not allow. */
  public final boolean exhausted() {
    return exhausted;
  }

  final void exhaust() {
    exhausted = true;
  }

  /** Gives a place of the pool back when it ends; null: none. Before it is sent. */
  final void hold(Bulkhead.Place extra) {
    place = extra;
  }

  /**
   * As {@link #begins}, unless it has gone out. What never goes out is not counted.
   *
   * @param now by the clock
   */
  @Override
  final void goesOut(long now) {
    if (!sent && begins()) {
      sent(now);
    }
  }

  /** Goes out at the latest now, also ahead of its delay. The adapter's threads. */
  protected final void goesOut() {
    if (!sent) {
      goesOut(now());
    }
  }

  /** Goes out now, unless it has, or its delay is not over. The adapter's threads. */
  protected final void goesOutIfDue() {
    if (!sent) {
      touch(now());
    }
  }

  private void sent(long now) {
    DestinationPolicy policy = call.policy;
    sentNanos = now;
    sent = true;
    if (paid) {
      policy.statistics().count(reason.equals(HEDGE) ? Event.HEDGE : Event.RETRY, sentNanos);
    }
    if (picked != null) {
      picked.endpoint().health().countRequest();
      if (!policy.zone().isEmpty() && !picked.endpoint().zone().isEmpty()) {
        boolean local = policy.zone().equals(picked.endpoint().zone());
        policy.statistics().count(local ? Event.ZONE_LOCAL : Event.ZONE_CROSS, sentNanos);
      }
      slot = SENT + load().start(sentNanos);
      if (outcome != null) {
        stop(); // Given up by another thread in the meantime.
      }
    }
  }

  /** It is decided, and its endpoint reckons with it. */
  final void begin() {
    if (picked != null) {
      load().begin();
    }
    if (!PHASE.compareAndSet(this, NEW, IN_FLIGHT) && picked != null) {
      load().end(); // The call was given up in the meantime.
    }
  }

  /** Tells breaker, ejection and balancer, once. */
  final void tell(Outcome what) {
    tell(what, 0, false);
  }

  /**
   * As {@link #tell(Outcome)}.
   *
   * @param retryAfterNanos what the server asked for; 0: nothing
   * @param stream whether the answer is one, so that its time says nothing
   */
  final void tell(Outcome what, long retryAfterNanos, boolean stream) {
    if (outcome != null || !OUTCOME.compareAndSet(this, null, what)) {
      return;
    }
    DestinationPolicy policy = call.policy;
    long now = now();
    measure(what, retryAfterNanos, stream, now);
    if (permit != null) {
      policy.breaker().get().record(permit, what.effect(), now); // It gave the permit.
    }
    count(what, now);
    if (picked != null) {
      if (what.effect() == Outcome.Effect.FAILURE) {
        picked.endpoint().health().countFailure();
      }
      policy.ejection().record(picked.endpoint(), picked.lease(), what, now);
    }
  }

  private void count(Outcome what, long now) {
    Outcome.Effect effect = what.effect();
    if (effect == Outcome.Effect.NEUTRAL) {
      return;
    }
    boolean well = effect == Outcome.Effect.SUCCESS;
    DestinationPolicy policy = call.policy;
    policy.limits().answered(well, now);
    if (sent && what.kind() == Outcome.Kind.RESPONSE) {
      policy.statistics().answered(well, now - sentNanos, now);
    } else {
      policy.statistics().count(well ? Event.SUCCESS : Event.FAILURE, now);
    }
  }

  private void measure(Outcome what, long retryAfterNanos, boolean stream, long now) {
    if (stop() == NOT_SENT) {
      return;
    }
    long rtt = now - sentNanos;
    if (what.effect() == Outcome.Effect.FAILURE || what.status() == 429) {
      load().failed(rtt, retryAfterNanos, now);
    } else if (what.effect() == Outcome.Effect.SUCCESS) {
      if (stream) {
        load().answeredStream(now);
      } else {
        load().answered(rtt, now);
      }
    }
  }

  /** The endpoint asked to be left alone for longer than the call can wait. */
  final void hold(long nanos) {
    if (picked != null) {
      load().hold(now() + Math.min(nanos, MAX_HOLD_NANOS));
    }
  }

  /** Waits for an answer no longer; {@link #NOT_SENT} if it never did, or another one was first. */
  private int stop() {
    int s = SLOT.getAndSet(this, NOT_SENT);
    if (s != NOT_SENT) {
      load().stop(s - SENT);
    }
    return s;
  }

  private Load load() {
    return picked.endpoint().load();
  }

  /** Is in flight no longer; an unreported attempt counts as abandoned. */
  final void end() {
    tell(Outcome.of(Outcome.Kind.ABANDONED));
    int before = PHASE.getAndSet(this, ENDED);
    if (before == IN_FLIGHT && picked != null) {
      load().end();
    }
    if (before != ENDED && paid) {
      call.policy.limits().budget().release();
    }
    if (before != ENDED && place != null) {
      place.leave();
    }
  }

  /** Is given up, or another one has won: {@link #end}, and nothing of it is stopped any more. */
  final void abandon() {
    end();
    settle(false);
    release();
    givenUp();
  }
}
