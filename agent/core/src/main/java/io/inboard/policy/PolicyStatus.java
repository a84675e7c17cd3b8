// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.policy.Statistics.Event;
import io.inboard.settings.BalancerSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a destination stands at one moment. Counters run since the start of the JVM.
 *
 * @param name as in the settings
 * @param matchesEndpoints whether calls by an endpoint's address are counted here, too
 * @param breaker empty when there is none
 * @param breakerOpened how often it opened
 * @param inFlight calls under way
 * @param calls of the application
 * @param retries attempts after the first of a call
 * @param timeouts calls that ran out of time
 * @param perTryTimeouts attempts that ran out of time
 * @param rejected calls that were refused here; the sum of the next three
 * @param shortCircuited by the open breaker
 * @param overflowed because too many were under way
 * @param throttled because much of what was sent before failed
 * @param retriesDenied retries that were not made for want of budget
 * @param budgetTokens retries that the budget would pay for now
 * @param panic whether ejections are ignored, because too few endpoints are left or those fail, too
 * @param panicked attempts to ejected endpoints for that reason
 * @param probesSucceeded attempts by which an ejected endpoint came back
 * @param probesFailed attempts by which it did not
 * @param zoneLocal attempts within the zone of this JVM; only if zones are known
 * @param zoneCross attempts to other zones
 * @param interventions calls that went another way than they would have without the mesh
 * @param limits where the other bounds of its load stand
 * @param noEndpoint why there is no endpoint; empty: there are some, or the library finds them
 */
public record PolicyStatus(
    String name,
    BalancerSettings.Simple balancer,
    boolean matchesEndpoints,
    Optional<Breaker.Phase> breaker,
    long breakerOpened,
    int inFlight,
    long calls,
    long retries,
    long timeouts,
    long perTryTimeouts,
    long rejected,
    long shortCircuited,
    long overflowed,
    long throttled,
    long retriesDenied,
    double budgetTokens,
    boolean panic,
    long panicked,
    long probesSucceeded,
    long probesFailed,
    long zoneLocal,
    long zoneCross,
    Interventions interventions,
    Window window,
    Latency latency,
    LimitsStatus limits,
    String noEndpoint,
    List<EndpointStatus> endpoints) {
  public PolicyStatus {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Calls that went another way than they would have without the mesh.
   *
   * @param faultsDelayed calls that were delayed on purpose
   * @param faultsAborted calls that were answered on purpose without being sent
   * @param lastGood failures in whose place there was an older answer
   * @param elsewhere failures after which the call went to another destination
   * @param response failures in whose place there was a fixed answer
   */
  public record Interventions(
      long faultsDelayed, long faultsAborted, long lastGood, long elsewhere, long response) {
    static Interventions of(Statistics s) {
      return new Interventions(
          s.total(Event.FAULT_DELAYED),
          s.total(Event.FAULT_ABORTED),
          s.total(Event.FALLBACK_LAST_GOOD),
          s.total(Event.FALLBACK_DESTINATION),
          s.total(Event.FALLBACK_RESPONSE));
    }
  }

  /**
   * The last ten seconds.
   *
   * @param success attempts that were answered well
   * @param failure attempts that failed
   * @param errorPercent of these two; 0 to 100
   * @param timeouts calls that ran out of time
   * @param perTryTimeouts attempts that did
   */
  public record Window(
      long calls,
      long success,
      long failure,
      double errorPercent,
      long retries,
      long timeouts,
      long perTryTimeouts,
      long rejected,
      long shortCircuited,
      long overflowed,
      long throttled) {}

  /**
   * From the sending of an attempt to its response head, over the last ten seconds, in milliseconds
   * to within 1/32; 0 when there was no answer.
   */
  public record Latency(
      long count, double mean, double p50, double p90, double p95, double p99, double p999) {
    static Latency of(Latencies l) {
      return new Latency(
          l.count(),
          millis(l.meanNanos()),
          millis(l.percentileNanos(50)),
          millis(l.percentileNanos(90)),
          millis(l.percentileNanos(95)),
          millis(l.percentileNanos(99)),
          millis(l.percentileNanos(99.9)));
    }

    private static double millis(long nanos) {
      return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
    }
  }

  /** How an endpoint is treated. */
  public enum State {
    /** Gets requests and is healthy. */
    HEALTHY,
    /** Not ejected, and nothing was sent to it yet: its health is unknown. */
    UNTRIED,
    /** Gets nothing until its time is over. */
    EJECTED,
    /** Gets a few requests at a time, until one succeeds. */
    PROBING
  }

  /**
   * Where an endpoint stands.
   *
   * @param ejectedForMillis how long it is still ejected; 0 unless {@link State#EJECTED}
   * @param requests attempts that were sent to it
   * @param failures attempts that it failed
   * @param ejectionsBy how often for which reason; reasons that did not occur are left out
   * @param ewmaMillis the average of its answers' time that balancing goes by; 0: none yet
   * @param zone empty: unknown
   * @param warming whether it is new, and its share still grows
   * @param draining whether it is going away, and gets calls only while there is no other
   */
  public record EndpointStatus(
      String address,
      int weight,
      State state,
      long ejectedForMillis,
      int inFlight,
      long requests,
      long failures,
      long ejections,
      Map<EjectionReason, Long> ejectionsBy,
      double ewmaMillis,
      String zone,
      boolean warming,
      boolean draining) {
    public EndpointStatus {
      ejectionsBy = Map.copyOf(ejectionsBy);
    }
  }

  static PolicyStatus of(DestinationPolicy policy) {
    long now = policy.clock().nanos();
    List<EndpointStatus> endpoints = new ArrayList<>();
    for (EndpointState e : policy.endpointStates()) {
      endpoints.add(of(e, policy.settings().loadBalancer().warmup().duration().toNanos(), now));
    }
    Statistics s = policy.statistics();
    long shortCircuited = s.total(Event.SHORT_CIRCUITED);
    long overflowed = s.total(Event.OVERFLOW);
    long throttled = s.total(Event.THROTTLED);
    return new PolicyStatus(
        policy.name(),
        policy.settings().loadBalancer().simple(),
        policy.settings().matchesEndpoints(),
        policy.breaker().map(Breaker::phase),
        s.total(Event.BREAKER_OPENED),
        s.inFlight(),
        s.total(Event.CALL),
        s.total(Event.RETRY),
        s.total(Event.TIMEOUT),
        s.total(Event.PER_TRY_TIMEOUT),
        shortCircuited + overflowed + throttled,
        shortCircuited,
        overflowed,
        throttled,
        s.total(Event.RETRY_DENIED),
        policy.limits().budget().tokens(),
        policy.ejection().panic(now),
        s.total(Event.PANIC),
        s.total(Event.PROBE_SUCCESS),
        s.total(Event.PROBE_FAILURE),
        s.total(Event.ZONE_LOCAL),
        s.total(Event.ZONE_CROSS),
        Interventions.of(s),
        window(s),
        Latency.of(s.latencies()),
        policy.limits().status(),
        policy.byLibrary() ? "" : policy.endpoints().missing(),
        endpoints);
  }

  private static Window window(Statistics s) {
    long success = s.inWindow(Event.SUCCESS);
    long failure = s.inWindow(Event.FAILURE);
    long shortCircuited = s.inWindow(Event.SHORT_CIRCUITED);
    long overflowed = s.inWindow(Event.OVERFLOW);
    long throttled = s.inWindow(Event.THROTTLED);
    return new Window(
        s.inWindow(Event.CALL),
        success,
        failure,
        success + failure == 0 ? 0 : Math.round(1000.0 * failure / (success + failure)) / 10.0,
        s.inWindow(Event.RETRY),
        s.inWindow(Event.TIMEOUT),
        s.inWindow(Event.PER_TRY_TIMEOUT),
        shortCircuited + overflowed + throttled,
        shortCircuited,
        overflowed,
        throttled);
  }

  private static State state(EndpointState e, long remaining) {
    if (e.health().ejected()) {
      return remaining > 0 ? State.EJECTED : State.PROBING;
    }
    return e.requests() == 0 && e.inFlight() == 0 ? State.UNTRIED : State.HEALTHY;
  }

  private static EndpointStatus of(EndpointState e, long warmUpNanos, long now) {
    Health health = e.health();
    long remaining = health.remainingNanos(now);
    Map<EjectionReason, Long> by = new EnumMap<>(EjectionReason.class);
    for (EjectionReason reason : EjectionReason.values()) {
      if (health.ejections(reason) > 0) {
        by.put(reason, health.ejections(reason));
      }
    }
    return new EndpointStatus(
        e.address(),
        e.weight(),
        state(e, remaining),
        TimeUnit.NANOSECONDS.toMillis(remaining),
        e.inFlight(),
        e.requests(),
        e.failures(),
        e.ejections(),
        by,
        Math.round(e.load().latencyNanos(now) / 1e3) / 1e3,
        e.zone(),
        e.load().warming(warmUpNanos, now),
        e.instance().draining());
  }
}
