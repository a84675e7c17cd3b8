// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import java.util.concurrent.TimeUnit;

/**
 * A call until its first attempt: what each {@link Gate} does, and the waiting at some of them. A
 * part of the call's decision, and no object of its own, since every call passes here. Used by
 * steps only.
 */
abstract class GatedCall extends CallReservations {
  private static final Gate[] GATES = Gate.values();

  /** Where neither the call nor connecting has a bound. */
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  final OutboundRequest request;

  /** Set by {@link #begin}. */
  CallTime time;

  /** Set by {@link #begin}. */
  long startNanos;

  /** The next one to pass. */
  private int gate;

  /** Whether the connection can be secured as the settings ask. */
  private boolean trusted;

  /** Calls under way when this one began, itself included. */
  private int underWay;

  /** Those that the first attempt is picked from; null: the library resolves the host. */
  private Endpoints endpoints;

  /** The breaker's, for the first attempt; null: there is no breaker. */
  private Lease permit;

  private FaultInjection.Drawn fault = FaultInjection.NOTHING;

  GatedCall(DestinationPolicy policy, OutboundRequest request, CallerTerms terms) {
    super(policy, terms);
    this.request = request;
  }

  /** The call begins, and counts as under way; {@link #goOn} follows. */
  final void begin(boolean canBeSecured, long now) {
    startNanos = now;
    time = CallTime.begin(policy, request, terms, now);
    trusted = canBeSecured;
    underWay = policy.statistics().begun(now);
    hold(COUNTED);
  }

  /**
   * The first attempt, behind all gates.
   *
   * @param chosenFrom null: the library resolves the host; otherwise there is one at least
   * @param given the breaker's; null: there is no breaker
   */
  abstract Decision start(Endpoints chosenFrom, Lease given, long delayNanos, long now);

  /** Passes the gates that are left; {@link #start} is behind the last of them. */
  final Decision goOn(long now) {
    while (gate < GATES.length) {
      Decision instead = pass(GATES[gate++], now);
      if (instead != null) {
        return instead;
      }
    }
    return start(endpoints, permit, fault.delayNanos(), now);
  }

  /** Null: it may pass. */
  private Decision pass(Gate at, long now) {
    return switch (at) {
      case IDENTITY -> trusted ? null : Refusal.untrusted(policy);
      case DEADLINE -> remainingNanos(now) <= 0 ? Refusal.late(policy) : null;
      case FAULT -> fault();
      case CALLS ->
          underWay > policy.settings().connectionPool().http2MaxRequests()
              ? Refusal.overflow(policy, "too many calls are under way")
              : null;
      case ENDPOINTS -> policy.byLibrary() ? null : endpoints();
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
    Turn asked = policy.live().await();
    take(asked);
    return new Decision.Queue(asked, addressPatience());
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
    return asked.held() ? null : new Decision.Queue(asked, patience());
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
   * How long the call may wait for an address to connect to: as long as connecting may take, and
   * never for ever.
   */
  public final long addressPatience() {
    long connect = policy.connectTimeoutNanos();
    long most = connect == Long.MAX_VALUE ? LONGEST_WAIT_NANOS : connect;
    return Math.max(1, Math.min(most, remainingNanos()));
  }

  /**
   * Says what to do when the call has the turn that it was told to wait for; now if it has come.
   *
   * @param action asks {@link #turn}
   */
  public final void onTurn(Decision.Queue queue, Runnable action) {
    queue.turn().onTurn(action);
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

  /**
   * Ends the waiting; null when the turn has come in the meantime. The call may wait for another
   * one by then, which this leaves alone.
   */
  public Decision waitedTooLong(Decision.Queue queue) {
    Turn waited = queue.turn();
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

  /** What the application asks for; elsewhere with another host. */
  public final OutboundRequest request() {
    return request;
  }

  /** By how much the first step has delayed the call on purpose; 0: not at all. */
  public final long injectedDelayNanos() {
    return fault.delayNanos();
  }

  /** The status that the first step has answered with on purpose; 0: none. */
  public final int injectedStatus() {
    return fault.status();
  }

  /** Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative. */
  public final long remainingNanos() {
    return bounded() ? remainingNanos(policy.clock().nanos()) : Long.MAX_VALUE;
  }

  /** As {@link #remainingNanos()}, for callers that have read the clock. */
  public final long remainingNanos(long now) {
    return time.remainingNanos(now - startNanos);
  }

  /** Whether the whole call has a bound. */
  public final boolean bounded() {
    return time.timeoutNanos() != Long.MAX_VALUE;
  }
}
