// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.policy.Statistics.Event;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** One attempt, as the policy sees it: where, when, and what it holds until it is over. */
public final class Try implements Next {
  private static final int NEW = 0;
  private static final int IN_FLIGHT = 1;
  private static final int ENDED = 2;

  private final int number;
  private final String reason;
  private final long delayNanos;
  private final DestinationPolicy policy;
  private final Lease permit;
  private final Endpoints.Picked picked;

  /** What came of it; set once. */
  private final AtomicReference<Outcome> outcome = new AtomicReference<>();

  /** NEW, then IN_FLIGHT if it is sent, then ENDED. */
  private final AtomicInteger phase = new AtomicInteger(NEW);

  /** Whether it went out, and when. Adapter's threads, with happens-before to the next step. */
  private boolean sent;

  private long sentNanos;

  /**
   * @param picked null when the library resolves the host itself
   */
  Try(
      int number,
      String reason,
      long delayNanos,
      DestinationPolicy policy,
      Lease permit,
      Endpoints.Picked picked) {
    this.number = number;
    this.reason = reason;
    this.delayNanos = delayNanos;
    this.policy = policy;
    this.permit = permit;
    this.picked = picked;
  }

  /** 1 for the first. */
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

  /** What came of it; empty while nobody knows. */
  public Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome.get());
  }

  /** It goes out now, after its delay; called once. What never goes out is not counted. */
  public void sent() {
    sentNanos = policy.clock().nanos();
    sent = true;
    if (number > 1) {
      policy.statistics().count(Event.RETRY, sentNanos);
    }
    if (picked != null) {
      picked.endpoint().sent();
    }
  }

  /** It is decided, and its endpoint reckons with it. */
  void begin() {
    if (picked != null) {
      picked.endpoint().begin();
      if (!phase.compareAndSet(NEW, IN_FLIGHT)) {
        picked.endpoint().end(); // The call was given up in the meantime.
      }
    }
  }

  /** Tells breaker and ejection, once. */
  void tell(Outcome what) {
    if (!outcome.compareAndSet(null, what)) {
      return;
    }
    if (permit != null) {
      policy.breaker().ifPresent(b -> b.record(permit, what.effect()));
    }
    count(what);
    if (picked != null) {
      if (what.effect() == Outcome.Effect.FAILURE) {
        picked.endpoint().failed();
      }
      policy.ejection().record(picked.endpoint(), picked.lease(), what);
    }
  }

  private void count(Outcome what) {
    Outcome.Effect effect = what.effect();
    if (effect == Outcome.Effect.NEUTRAL) {
      return;
    }
    boolean well = effect == Outcome.Effect.SUCCESS;
    if (sent && what.kind() == Outcome.Kind.RESPONSE) {
      long now = policy.clock().nanos();
      policy.statistics().answered(well, now - sentNanos, now);
    } else {
      policy.statistics().count(well ? Event.SUCCESS : Event.FAILURE);
    }
  }

  /** Is in flight no longer; an outcome that was not told is nobody's doing. */
  void end() {
    tell(Outcome.of(Outcome.Kind.ABANDONED));
    if (phase.getAndSet(ENDED) == IN_FLIGHT) {
      picked.endpoint().end();
    }
  }
}
