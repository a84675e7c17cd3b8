// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Load;
import io.inboard.policy.Statistics.Event;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * One attempt, as the policy sees it: where, when, and what it holds until it is over. One that
 * repeats holds a place in the retry budget, which was taken before.
 */
public final class PolicyAttempt implements Decision {
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

  private final int number;
  private final String reason;
  private final long delayNanos;
  private final DestinationPolicy policy;
  private final Lease permit;
  private final Endpoints.Picked picked;

  /** Whether it is a retry or a hedge, and holds a place in the budget. */
  private final boolean paid;

  /** What came of it; set once. */
  private volatile Outcome outcome;

  /** NEW, then IN_FLIGHT if it is sent, then ENDED. */
  private volatile int phase;

  /** Whether it went out. Adapter's threads, with happens-before to the next step. */
  private boolean sent;

  /** When it went out; before that, when it is to. As {@link #sent}. */
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

  /**
   * @param now by the clock
   * @param picked null when the library resolves the host itself
   * @param paid whether it is a retry or a hedge, for which the budget was asked
   */
  PolicyAttempt(
      int number,
      String reason,
      long now,
      long delayNanos,
      DestinationPolicy policy,
      Lease permit,
      Endpoints.Picked picked,
      boolean paid) {
    this.number = number;
    this.reason = reason;
    this.delayNanos = delayNanos;
    this.sentNanos = now + delayNanos;
    this.policy = policy;
    this.permit = permit;
    this.picked = picked;
    this.paid = paid;
  }

  /** 1 for the first that is sent; one that takes the place of an unsent one has its number. */
  public int number() {
    return number;
  }

  /** Why the attempt before was not enough, in words of {@code retryOn}; empty for the first. */
  public String reason() {
    return reason;
  }

  /** How long to wait before it. */
  public long delayNanos() {
    return delayNanos;
  }

  /** Where to; empty when the library resolves the host itself. */
  public Optional<EndpointState> endpoint() {
    return picked == null ? Optional.empty() : Optional.of(picked.endpoint());
  }

  /** Its outcome; empty until one is reported. */
  public Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  /** The word for {@link #outcome}; an attempt without one counts as abandoned. */
  public String keyword() {
    Outcome known = outcome;
    return known == null ? "abandoned" : known.keyword();
  }

  /** When its delay is over, by the clock; before it is sent. */
  public long dueNanos() {
    return sentNanos;
  }

  /** It failed, and a retry was wanted that attempts, time, budget or breaker did not allow. */
  public boolean exhausted() {
    return exhausted;
  }

  void exhaust() {
    exhausted = true;
  }

  /** Gives a place of the pool back when it ends; null: none. Before it is sent. */
  void hold(Bulkhead.Place extra) {
    place = extra;
  }

  /**
   * It goes out now, after its delay; called once. What never goes out is not counted.
   *
   * @param now by the clock
   */
  public void sent(long now) {
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
  void begin() {
    if (picked != null) {
      load().begin();
    }
    if (!PHASE.compareAndSet(this, NEW, IN_FLIGHT) && picked != null) {
      load().end(); // The call was given up in the meantime.
    }
  }

  /** Tells breaker, ejection and balancer, once. */
  void tell(Outcome what) {
    tell(what, 0, false);
  }

  /**
   * As {@link #tell(Outcome)}.
   *
   * @param retryAfterNanos what the server asked for; 0: nothing
   * @param stream whether the answer is one, so that its time says nothing
   */
  void tell(Outcome what, long retryAfterNanos, boolean stream) {
    if (outcome != null || !OUTCOME.compareAndSet(this, null, what)) {
      return;
    }
    long now = policy.clock().nanos();
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
  void hold(long nanos) {
    if (picked != null) {
      load().hold(policy.clock().nanos() + Math.min(nanos, MAX_HOLD_NANOS));
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
  void end() {
    tell(Outcome.of(Outcome.Kind.ABANDONED));
    int before = PHASE.getAndSet(this, ENDED);
    if (before == IN_FLIGHT && picked != null) {
      load().end();
    }
    if (before != ENDED && paid) {
      policy.limits().budget().release();
    }
    if (before != ENDED && place != null) {
      place.leave();
    }
  }
}
