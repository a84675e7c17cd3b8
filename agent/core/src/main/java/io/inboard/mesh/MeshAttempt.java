// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.TlsPlan;
import io.inboard.policy.Outcome;
import io.inboard.policy.Outcome.Expiry;
import io.inboard.policy.Timer;
import io.inboard.policy.Try;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One attempt of a {@link MeshCall}. */
final class MeshAttempt implements Attempt {
  private static final Runnable NOTHING = () -> {};

  /** Adapters round nanoseconds to the milliseconds of socket timeouts. */
  private static final long ROUNDING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  // Fields that are exchanged, without an object for each in every attempt.
  private static final AtomicReferenceFieldUpdater<MeshAttempt, CallObserver.OfAttempt> OBSERVER =
      AtomicReferenceFieldUpdater.newUpdater(
          MeshAttempt.class, CallObserver.OfAttempt.class, "observer");

  private static final AtomicReferenceFieldUpdater<MeshAttempt, Runnable> ABORT =
      AtomicReferenceFieldUpdater.newUpdater(MeshAttempt.class, Runnable.class, "abort");

  private static final AtomicReferenceFieldUpdater<MeshAttempt, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(MeshAttempt.class, State.class, "state");

  private final MeshCall call;
  private final Try policy;
  private final Optional<Endpoint> endpoint;

  /** Null until the attempt begins, which is after its delay. Set once. */
  private volatile CallObserver.OfAttempt observer;

  /** What stops the I/O. Exchanged, so that it runs once at most. */
  private volatile Runnable abort = NOTHING;

  /** Exchanged by steps and by the timer: who comes first decides. */
  private volatile State state = State.OPEN;

  /** Written by the adapter's thread, cancelled by a step's; null: there is none. */
  private volatile Timer.Task task;

  /** The end of its delay. */
  private final long notBeforeNanos;

  /** When the adapter began. Adapter's threads, with happens-before to the next step. */
  private long startedNanos;

  private enum State {
    OPEN,
    /** The head is there, or never will be: only the call's own bound counts from now on. */
    SETTLED,
    PER_TRY,
    TOTAL
  }

  MeshAttempt(MeshCall call, Try policy, Optional<Endpoint> endpoint) {
    this.call = call;
    this.policy = policy;
    this.endpoint = endpoint;
    this.notBeforeNanos = call.clock().nanos() + policy.delayNanos();
    this.startedNanos = notBeforeNanos;
  }

  Try policy() {
    return policy;
  }

  /** Whatever the adapter asks first begins the attempt, unless it asks ahead of the delay. */
  private void touch() {
    if (call.clock().nanos() - notBeforeNanos >= 0) {
      observer();
    }
  }

  /** Begins to be observed at the latest now. */
  private CallObserver.OfAttempt observer() {
    CallObserver.OfAttempt o = observer;
    if (o == null) {
      o = call.observe(policy);
      if (OBSERVER.compareAndSet(this, null, o)) {
        policy.sent();
      } else {
        o.end(0, null, "abandoned"); // Another thread has given up in the meantime.
        o = observer;
      }
    }
    return o;
  }

  /**
   * Tells the observer that it is over. An attempt that never began is not seen.
   *
   * @param exhausted whether it would have been repeated
   */
  void ended(int status, Throwable error, boolean exhausted) {
    String outcome = policy.outcome().map(Outcome::keyword).orElse("abandoned");
    if (exhausted) {
      observer().retriesExhausted();
    }
    observer().end(status, error, outcome);
  }

  /** Tells the observer that the application gave up. */
  void abandoned() {
    settle(false);
    if (!OBSERVER.compareAndSet(this, null, CallObserver.OfAttempt.NONE)) {
      observer.end(0, null, "abandoned");
    }
  }

  @Override
  public int number() {
    return policy.number();
  }

  @Override
  public Optional<Endpoint> endpoint() {
    touch();
    return endpoint;
  }

  @Override
  public boolean governed() {
    return true;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {
    observer().writeHeaders(headers);
    call.writeHeaders(policy, headers);
  }

  @Override
  public long connectTimeoutNanos() {
    return Math.min(call.connectTimeoutNanos(), timeoutNanos());
  }

  @Override
  public long timeoutNanos() {
    touch();
    return Math.max(1, Math.min(call.perTryNanos(policy), call.remainingNanos()));
  }

  @Override
  public long hedgeAfterNanos() {
    return call.hedgeAfterNanos(policy);
  }

  @Override
  public void onTimeout(Runnable newAbort) {
    touch();
    long perTry = call.perTryNanos(policy);
    if (perTry == Long.MAX_VALUE && !call.bounded()) {
      return;
    }
    abort = newAbort;
    long now = call.clock().nanos();
    long delay = Math.max(0, notBeforeNanos - now); // An adapter may register ahead of the delay.
    startedNanos = now + delay;
    if (perTry < call.remainingNanos() - delay) {
      cancelTask();
      task = call.timer().schedule(() -> expire(Expiry.PER_TRY), delay + perTry);
    }
    call.watch(this);
  }

  @Override
  public void connected(SSLSession session) {
    Optional<TlsPlan> plan = endpoint.flatMap(Endpoint::tls);
    if (session == null || plan.isEmpty()) {
      return;
    }
    try {
      observer().peer(plan.get().verify(session).id());
    } catch (SSLPeerUnverifiedException noIdentityToShow) {
      // The adapter has verified the connection, or it is TLS without identities (SIMPLE).
    }
  }

  /** Time is up: says why, and stops the I/O. */
  void expire(Expiry why) {
    boolean total = why == Expiry.TOTAL;
    if (STATE.compareAndSet(this, State.OPEN, total ? State.TOTAL : State.PER_TRY) || total) {
      ABORT.getAndSet(this, NOTHING).run();
    }
  }

  /**
   * The adapter reports the end of this attempt's first half.
   *
   * @param failed without a head; an adapter may enforce {@link #timeoutNanos} itself, and be a
   *     little early by rounding
   * @return which bound of ours has ended it
   */
  Expiry settle(boolean failed) {
    cancelTask();
    if (STATE.compareAndSet(this, State.OPEN, State.SETTLED)) {
      return failed ? byClock() : Expiry.NONE;
    }
    return switch (state) {
      case PER_TRY -> Expiry.PER_TRY;
      case TOTAL -> Expiry.TOTAL;
      case OPEN, SETTLED -> Expiry.NONE;
    };
  }

  private void cancelTask() {
    Timer.Task t = task;
    if (t != null) {
      t.cancel();
    }
  }

  private Expiry byClock() {
    if (call.bounded() && call.remainingNanos() <= ROUNDING_NANOS) {
      return Expiry.TOTAL;
    }
    long perTry = call.perTryNanos(policy);
    boolean over =
        perTry != Long.MAX_VALUE && call.clock().nanos() - startedNanos >= perTry - ROUNDING_NANOS;
    return over ? Expiry.PER_TRY : Expiry.NONE;
  }
}
