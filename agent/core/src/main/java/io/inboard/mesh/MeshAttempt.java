// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.TlsPlan;
import io.inboard.policy.CallDecision;
import io.inboard.policy.Outcome.Expiry;
import io.inboard.policy.PolicyAttempt;
import io.inboard.time.Timer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * One attempt of a {@link MeshCall}. It is its own timed task: one entry in the timer for the
 * nearer of its two bounds, that of the attempt and that of the call. The entry stays when the head
 * is there; when it strikes, it goes on for what is left of the call's time, for the body.
 */
final class MeshAttempt implements Attempt, Runnable {
  /** Adapters round nanoseconds to the milliseconds of socket timeouts. */
  private static final long ROUNDING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  // Fields that are exchanged, without an object for each in every attempt; null at first, since a
  // volatile field that is given a value in a constructor costs a fence.
  private static final AtomicReferenceFieldUpdater<MeshAttempt, CallObserver.OfAttempt> OBSERVER =
      AtomicReferenceFieldUpdater.newUpdater(
          MeshAttempt.class, CallObserver.OfAttempt.class, "observer");

  private static final AtomicReferenceFieldUpdater<MeshAttempt, Runnable> ABORT =
      AtomicReferenceFieldUpdater.newUpdater(MeshAttempt.class, Runnable.class, "abort");

  private static final AtomicReferenceFieldUpdater<MeshAttempt, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(MeshAttempt.class, State.class, "state");

  private final MeshCall call;
  private final PolicyAttempt policy;
  private final Optional<Endpoint> endpoint;

  /** Null until the attempt begins, which is after its delay. Set once. */
  private volatile CallObserver.OfAttempt observer;

  /**
   * What stops the I/O. Exchanged, so that it runs once at most; null: there is nothing to stop.
   */
  private volatile Runnable abort;

  /** Null: open. Exchanged by steps and by the timer: the first one decides. */
  private volatile State state;

  /**
   * Written by the adapter's thread and the timer's, each of which looks afterwards whether it is
   * still wanted; cancelled by a step, or by the thread that abandons the call. Null: there is
   * none.
   */
  private volatile Timer.Task task;

  /**
   * The end of its delay; once the adapter can stop it, when it began. Adapter's threads, with
   * happens-before to the next step.
   */
  private long startedNanos;

  private enum State {
    /** The head has come, or will not come: only the call's own bound counts from now on. */
    SETTLED,
    PER_TRY,
    TOTAL
  }

  MeshAttempt(MeshCall call, PolicyAttempt policy, Optional<Endpoint> endpoint) {
    this.call = call;
    this.policy = policy;
    this.endpoint = endpoint;
    this.startedNanos = policy.dueNanos();
  }

  PolicyAttempt policy() {
    return policy;
  }

  /** The call's: says which bounds hold. */
  private CallDecision decision() {
    return call.decision();
  }

  /** Whatever the adapter asks first begins the attempt, unless it asks ahead of the delay. */
  private void touch(long now) {
    if (observer == null && now - startedNanos >= 0) {
      begin(now);
    }
  }

  /** Begins to be observed at the latest now. */
  private CallObserver.OfAttempt observer() {
    CallObserver.OfAttempt o = observer;
    return o != null ? o : begin(call.clock().nanos());
  }

  private CallObserver.OfAttempt begin(long now) {
    CallObserver.OfAttempt o = call.observe(policy);
    if (OBSERVER.compareAndSet(this, null, o)) {
      policy.sent(now);
      return o;
    }
    o.end(0, null, "abandoned"); // Another thread has given up in the meantime.
    return observer;
  }

  /**
   * Tells the observer that it is over. An attempt that never began is not seen.
   *
   * @param exhausted whether it would have been repeated
   */
  void ended(int status, Throwable error, boolean exhausted) {
    if (exhausted) {
      observer().retriesExhausted();
    }
    observer().end(status, error, policy.keyword());
  }

  /** Tells the observer that the application gave up. */
  void abandoned() {
    settle(false);
    release();
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
    if (observer == null) {
      touch(call.clock().nanos());
    }
    return endpoint;
  }

  @Override
  public boolean meshRetries() {
    return true;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {
    observer().writeHeaders(headers);
    decision().writeHeaders(policy, headers);
  }

  @Override
  public long connectTimeoutNanos() {
    return Math.min(decision().connectTimeoutNanos(), timeoutNanos());
  }

  @Override
  public long timeoutNanos() {
    long now = call.clock().nanos();
    touch(now);
    return Math.max(1, Math.min(decision().perTryNanos(policy), decision().remainingNanos(now)));
  }

  @Override
  public long hedgeAfterNanos() {
    return decision().hedgeAfterNanos(policy);
  }

  @Override
  public void onTimeout(Runnable newAbort) {
    long now = call.clock().nanos();
    touch(now);
    long perTry = decision().perTryNanos(policy);
    if (perTry == Long.MAX_VALUE && !decision().bounded()) {
      return;
    }
    abort = newAbort;
    long delay = Math.max(0, startedNanos - now); // An adapter may register ahead of the delay.
    startedNanos = now + delay;
    cancelTask();
    strikeIn(delay + Math.min(perTry, decision().remainingNanos(now) - delay));
  }

  private void strikeIn(long nanos) {
    task = call.timer().schedule(this, nanos);
    if (decision().over() || abort == null) {
      cancelTask();
    }
  }

  /** The timer strikes: for the whole call, or for this attempt while it waits for the head. */
  @Override
  public void run() {
    if (decision().over() || abort == null) {
      return;
    }
    long remaining = decision().remainingNanos(call.clock().nanos());
    if (remaining <= 0) {
      STATE.compareAndSet(this, null, State.TOTAL);
      abort();
    } else if (STATE.compareAndSet(this, null, State.PER_TRY)) {
      abort();
    } else if (decision().bounded()) {
      strikeIn(remaining);
    }
  }

  private void abort() {
    Runnable io = ABORT.getAndSet(this, null);
    if (io != null) {
      io.run();
    }
  }

  /** There is nothing to stop any more: it has failed, or the rest of its answer is not needed. */
  void release() {
    if (abort != null) {
      abort = null;
    }
    cancelTask();
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

  @Override
  public void protocolVersion(String version) {
    observer().protocolVersion(version);
  }

  /**
   * The adapter reports the end of this attempt's first half.
   *
   * @param failed without a head; an adapter may enforce {@link #timeoutNanos} itself, and be a
   *     little early by rounding
   * @return which bound of ours has ended it
   */
  Expiry settle(boolean failed) {
    if (!decision().bounded()) {
      cancelTask(); // It was for the head only.
    }
    if (state == null && STATE.compareAndSet(this, null, State.SETTLED)) {
      return failed ? byClock() : Expiry.NONE;
    }
    return switch (state) {
      case PER_TRY -> Expiry.PER_TRY;
      case TOTAL -> Expiry.TOTAL;
      case SETTLED -> Expiry.NONE;
    };
  }

  private void cancelTask() {
    Timer.Task t = task;
    if (t != null) {
      task = null;
      t.cancel();
    }
  }

  private Expiry byClock() {
    long now = call.clock().nanos();
    if (decision().remainingNanos(now) <= ROUNDING_NANOS) {
      return Expiry.TOTAL;
    }
    long perTry = decision().perTryNanos(policy);
    boolean over = perTry != Long.MAX_VALUE && now - startedNanos >= perTry - ROUNDING_NANOS;
    return over ? Expiry.PER_TRY : Expiry.NONE;
  }
}
