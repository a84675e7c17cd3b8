// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.BudgetSettings;
import io.inboard.settings.BudgetSettings.FundedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.LongSupplier;

/**
 * How many attempts beyond the first one a destination gets; RATIONALE.md, Budget. A success puts a
 * part of a token in, a retry or a hedge takes one out. That successes fund it, and not requests,
 * is what bounds the load in an outage: nothing comes in when nothing succeeds. A small floor keeps
 * destinations with little traffic alive, and only while something succeeds.
 *
 * <p>One per destination, lives through changes of settings. Takes no lock: one field holds the
 * tokens and is changed by compare-and-set; a full budget is not written to, so that calls that
 * succeed do not fight for its cache line. The other fields are hints whose races cost a fraction
 * of a token.
 */
final class RetryBudget {
  private static final long TOKEN = 1_000_000;
  private static final long START = 10 * TOKEN;
  private static final long GATE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How exactly the last success is known. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final AtomicLongFieldUpdater<RetryBudget> TOKENS =
      AtomicLongFieldUpdater.newUpdater(RetryBudget.class, "tokens");
  private static final AtomicLongFieldUpdater<RetryBudget> PAID =
      AtomicLongFieldUpdater.newUpdater(RetryBudget.class, "paidNanos");
  private static final AtomicLongFieldUpdater<RetryBudget> WINDOW =
      AtomicLongFieldUpdater.newUpdater(RetryBudget.class, "windowNanos");
  private static final AtomicIntegerFieldUpdater<RetryBudget> UNDER_WAY =
      AtomicIntegerFieldUpdater.newUpdater(RetryBudget.class, "underWay");

  /** Calls of the destination since the start. */
  private final LongSupplier calls;

  private volatile Rules rules;

  /** Millionths. */
  private volatile long tokens = START;

  /** What can be saved up at most, in millionths. */
  private volatile long cap = START;

  /** Until when the floor was paid in. */
  private volatile long paidNanos;

  /** The last success, {@link #FRESH_NANOS} older at most; none yet unless {@link #succeeded}. */
  private volatile long successNanos;

  private volatile boolean succeeded;

  /** The start of the interval that is counted for the cap, and the calls before it. */
  private volatile long windowNanos;

  private volatile long windowCalls;

  /** Retries and hedges between {@link #acquire} and {@link #release}. */
  private volatile int underWay;

  /**
   * @param credit millionths of a token that a success or request brings
   * @param perSecond the floor, in millionths
   * @param minConcurrency -1: no cap by concurrency
   */
  private record Rules(
      long credit,
      double share,
      boolean byRequest,
      double perSecond,
      long intervalNanos,
      int minConcurrency,
      int maxUnderWay) {}

  RetryBudget(BudgetSettings settings, int maxUnderWay, LongSupplier calls, long now) {
    this.calls = calls;
    this.paidNanos = now;
    this.windowNanos = now;
    this.windowCalls = calls.getAsLong();
    change(settings, maxUnderWay);
  }

  /** Other rules; what was saved stays. */
  void change(BudgetSettings settings, int maxUnderWay) {
    double share = settings.percent() / 100;
    rules =
        new Rules(
            Math.round(share * TOKEN),
            share,
            settings.fundedBy() == FundedBy.REQUEST,
            settings.minRetriesPerSecond() * TOKEN,
            Math.max(1, settings.interval().toNanos()),
            settings.minRetryConcurrency().orElse(-1),
            maxUnderWay);
  }

  /** A call begins. */
  void request(long now) {
    Rules r = rules;
    if (r.byRequest) {
      fund(r, now);
    }
  }

  /** An attempt was answered well. */
  void success(long now) {
    Rules r = rules;
    if (!succeeded || now - successNanos > FRESH_NANOS) {
      payFloor(r, now); // Up to the end of the gate that the success before had opened.
      successNanos = now;
      succeeded = true;
    }
    if (!r.byRequest) {
      fund(r, now);
    }
  }

  /**
   * Asks to send one more attempt. Every grant is followed by one {@link #release}.
   *
   * @param free takes no token: nothing was sent, and others are there to take it
   * @param callsUnderWay to this destination
   */
  boolean acquire(long now, boolean free, int callsUnderWay) {
    Rules r = rules;
    if (!enter(r, callsUnderWay)) {
      return false;
    }
    if (!free) {
      measure(r, now);
      payFloor(r, now);
      if (!take()) {
        release();
        return false;
      }
    }
    return true;
  }

  /** Whether there is nothing left to pay with. */
  boolean empty(long now) {
    if (tokens >= TOKEN) {
      return false;
    }
    payFloor(rules, now);
    return tokens < TOKEN;
  }

  /** The attempt is over. */
  void release() {
    UNDER_WAY.decrementAndGet(this);
  }

  /** The attempt was not sent after all; {@link #release} comes all the same. */
  void refund(boolean free) {
    if (!free) {
      add(TOKEN);
    }
  }

  /** What is there to be spent. */
  double tokens() {
    return (double) tokens / TOKEN;
  }

  int underWay() {
    return underWay;
  }

  private boolean enter(Rules r, int callsUnderWay) {
    int most = r.maxUnderWay;
    if (r.minConcurrency >= 0) {
      most = Math.min(most, Math.max(r.minConcurrency, (int) (r.share * callsUnderWay)));
    }
    while (true) {
      int now = underWay;
      if (now >= most) {
        return false;
      }
      if (UNDER_WAY.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
  }

  private boolean take() {
    while (true) {
      long have = tokens;
      if (have < TOKEN) {
        return false;
      }
      if (TOKENS.compareAndSet(this, have, have - TOKEN)) {
        return true;
      }
    }
  }

  private void fund(Rules r, long now) {
    measure(r, now);
    add(r.credit);
  }

  private void add(long credit) {
    while (credit > 0) {
      long have = tokens;
      long most = cap;
      if (have >= most || TOKENS.compareAndSet(this, have, Math.min(most, have + credit))) {
        return;
      }
    }
  }

  private void payFloor(Rules r, long now) {
    long from = paidNanos;
    if (now - from <= 0 || !PAID.compareAndSet(this, from, now)) {
      return; // Another thread pays for this time.
    }
    long until =
        !succeeded ? from : now - successNanos > GATE_NANOS ? successNanos + GATE_NANOS : now;
    if (until - from > 0) {
      add((long) ((until - from) / 1e9 * r.perSecond));
    }
  }

  /** Finds the cap anew, once an interval. */
  private void measure(Rules r, long now) {
    long from = windowNanos;
    long elapsed = now - from;
    if (elapsed < r.intervalNanos || !WINDOW.compareAndSet(this, from, now)) {
      return;
    }
    long all = calls.getAsLong();
    double inAnInterval = (all - windowCalls) * ((double) r.intervalNanos / elapsed);
    windowCalls = all;
    long most = Math.max(START, (long) (inAnInterval * r.credit));
    cap = most;
    for (long have = tokens; have > most; have = tokens) {
      if (TOKENS.compareAndSet(this, have, most)) {
        return;
      }
    }
  }
}
