// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.RouteSettings;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Everything that decides the calls to one destination, in one version of the settings. Its
 * endpoints change while it is in force, by a holder that a call reads once; the rest is immutable.
 * What it has learnt (ejections, the breaker, statistics) is shared with the version before and
 * after.
 */
public final class DestinationPolicy {
  private static final long MIN_ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String name;
  private final DestinationSettings settings;
  private final RetryRules rules;
  private final CallTime time;
  private final long connectTimeoutNanos;
  private final FaultInjection faults;
  private final LiveEndpoints live;
  private final boolean byLibrary;
  private final Optional<Breaker> breaker;
  private final OutlierDetector ejection;
  private final Statistics statistics;

  /** In flight to all endpoints. */
  private final LongAdder inFlight;

  private final Limits limits;

  /** Where this JVM is; empty if unknown. */
  private final String zone;

  private final Clock clock;
  private final Timer timer;
  private final Chance chance;

  private DestinationPolicy(
      String name,
      DestinationSettings settings,
      LiveEndpoints live,
      Optional<Breaker> breaker,
      OutlierDetector ejection,
      Statistics statistics,
      LongAdder inFlight,
      Limits limits,
      String zone,
      Clock clock,
      Timer timer,
      Chance chance) {
    this.name = name;
    this.settings = settings;
    this.rules = RetryRules.of(settings.retries());
    this.time =
        CallTime.of(
            settings.timeout().isEmpty() ? Long.MAX_VALUE : settings.timeout().get().toNanos(),
            rules.perTryTimeoutNanos(),
            settings.deadlineMode().orElse(Mode.OBSERVE) != Mode.OFF);
    long connect = settings.connectionPool().connectTimeout().toNanos();
    this.connectTimeoutNanos = connect > 0 ? connect : Long.MAX_VALUE;
    this.faults = FaultInjection.of(settings.fault());
    this.live = live;
    this.byLibrary = live.byLibrary();
    this.breaker = breaker;
    this.ejection = ejection;
    this.statistics = statistics;
    this.inFlight = inFlight;
    this.limits = limits;
    this.zone = zone;
    this.clock = clock;
    this.timer = timer;
    this.chance = chance;
  }

  /**
   * Begins to decide for a destination, or goes on under changed settings with the endpoints that
   * there were. Its source tells which there are by {@link #endpoints} or {@link #unknown}.
   *
   * @param zone where this JVM is; empty if unknown
   * @param before the version before; empty if the destination is new
   */
  public static DestinationPolicy of(
      DestinationSettings settings,
      String zone,
      Optional<DestinationPolicy> before,
      Clock clock,
      Timer timer,
      Chance chance) {
    boolean isNew = before.isEmpty();
    LiveEndpoints live = new LiveEndpoints(settings, zone, chance, before.map(b -> b.live));
    Statistics statistics = isNew ? new Statistics(clock) : before.get().statistics;
    OutlierDetector ejection =
        isNew ? new OutlierDetector(statistics, clock, timer, chance) : before.get().ejection;
    List<EndpointState> states = isNew ? List.of() : before.get().endpointStates();
    if (!states.isEmpty() && !live.byLibrary()) {
      live.change(states, new ArrayList<>()); // Nobody waits there yet.
      ejection.change(settings.outlierDetection(), Endpoints.serving(states));
    } else {
      ejection.change(settings.outlierDetection(), List.of());
    }
    return new DestinationPolicy(
        settings.name(),
        settings,
        live,
        breaker(settings, before, statistics, clock, chance),
        ejection,
        statistics,
        isNew ? new LongAdder() : before.get().inFlight,
        limits(settings, before, statistics, clock),
        zone,
        clock,
        timer,
        chance);
  }

  /**
   * Some of the endpoints as a destination of its own: with a breaker, a budget and statistics of
   * its own, but the endpoints' state (load, ejections) is that of the whole, and so are their
   * changes. Before the first call.
   *
   * @param labels of its endpoints; where none has them every call is refused
   * @param before the version before; empty if the subset is new
   */
  public DestinationPolicy subset(
      String subset, Map<String, String> labels, Optional<DestinationPolicy> before) {
    Statistics own = before.map(b -> b.statistics).orElseGet(() -> new Statistics(clock));
    return new DestinationPolicy(
        name + "/" + subset,
        settings,
        live.subset(labels),
        breaker(settings, before, own, clock, chance),
        ejection,
        own,
        inFlight,
        limits(settings, before, own, clock),
        zone,
        clock,
        timer,
        chance);
  }

  /** The same destination for calls of a route: what was learnt is shared, the rules are others. */
  public DestinationPolicy under(RouteSettings route) {
    DestinationSettings changed = settings.under(route);
    return changed.equals(settings)
        ? this
        : new DestinationPolicy(
            name,
            changed,
            live,
            changed.circuitBreaker().flatMap(wanted -> breaker),
            ejection,
            statistics,
            inFlight,
            limits,
            zone,
            clock,
            timer,
            chance);
  }

  /**
   * The endpoints are these from now on, also for calls under way. What was learnt of those that
   * stay is kept. One thread at a time, also with the versions before and after; not for a
   * destination whose endpoints the library finds.
   *
   * @param instances each address once; none: every call is refused
   * @return goes on with the calls that have waited for them, whose code may do anything; to be run
   *     without a lock
   */
  public Runnable endpoints(List<Instance> instances) {
    Map<String, EndpointState> known = new HashMap<>();
    for (EndpointState e : live.now().all()) {
      known.put(e.address(), e);
    }
    List<EndpointState> states = new ArrayList<>(instances.size());
    for (Instance instance : instances) {
      EndpointState old = known.get(instance.address());
      EndpointState state = old == null ? new EndpointState(instance, inFlight) : old.as(instance);
      if (old == null && !known.isEmpty()) {
        state.load().born(clock.nanos()); // Those of the first list may be old; this one is new.
      }
      states.add(state);
    }
    // Known to the ejection before a call can choose them.
    ejection.change(settings.outlierDetection(), Endpoints.serving(states));
    List<Runnable> told = new ArrayList<>();
    live.change(states, told);
    return () -> told.forEach(Runnable::run);
  }

  /**
   * Nothing is known of the endpoints from now on. As {@link #endpoints}.
   *
   * @param why for the message of a refusal
   * @param pending whether calls may wait for the first answer
   */
  public Runnable unknown(String why, boolean pending) {
    List<Runnable> told = new ArrayList<>();
    live.unknown(why, pending, told);
    return () -> told.forEach(Runnable::run);
  }

  /**
   * No source will tell of the endpoints any more. Calls that wait for the first answer, also those
   * of versions before, are refused; where there was one, nothing changes. As {@link #endpoints}.
   *
   * @param why for the message of a refusal
   */
  public Runnable untold(String why) {
    return live.now().pending() ? unknown(why, false) : () -> {};
  }

  private static Limits limits(
      DestinationSettings settings,
      Optional<DestinationPolicy> before,
      Statistics statistics,
      Clock clock) {
    Limits limits =
        before.isEmpty() ? new Limits(settings, statistics, clock.nanos()) : before.get().limits;
    limits.change(settings, clock.nanos());
    return limits;
  }

  private static Optional<Breaker> breaker(
      DestinationSettings settings,
      Optional<DestinationPolicy> before,
      Statistics statistics,
      Clock clock,
      Chance chance) {
    if (settings.circuitBreaker().isEmpty()) {
      return Optional.empty();
    }
    BreakerSettings wanted = settings.circuitBreaker().get();
    long perTryNanos = RetryRules.of(settings.retries()).perTryTimeoutNanos();
    Optional<Breaker> known = before.isEmpty() ? Optional.empty() : before.get().breaker;
    if (known.isPresent()) {
      known.get().change(wanted, perTryNanos);
      return known;
    }
    return Optional.of(new Breaker(wanted, perTryNanos, statistics, clock, chance));
  }

  /**
   * Starts to decide one call.
   *
   * @param terms of the request for which it is made
   */
  public CallDecision begin(OutboundRequest request, CallerTerms terms) {
    return begin(request, terms, PolicyAttempt.Maker.PLAIN);
  }

  /**
   * As {@link #begin(OutboundRequest, CallerTerms)}.
   *
   * @param attempts not asked before the first step
   */
  public CallDecision begin(
      OutboundRequest request, CallerTerms terms, PolicyAttempt.Maker attempts) {
    return new CallDecision(this, request, terms, attempts);
  }

  /**
   * As {@link #begin(OutboundRequest, CallerTerms, PolicyAttempt.Maker)}; the call gets what its
   * settings say when all else has failed.
   *
   * @param kept the destination's last good answers
   * @param spare where it may go; empty: nowhere
   * @param mistakes told of errors of ours
   */
  public CallDecision begin(
      OutboundRequest request,
      CallerTerms terms,
      PolicyAttempt.Maker attempts,
      LastGood kept,
      Optional<Spare> spare,
      Mistakes mistakes) {
    return settings.fallback().isEmpty()
        ? begin(request, terms, attempts)
        : new FallbackCall(
            this,
            request,
            terms,
            attempts,
            new FallbackRules(this, settings.fallback().get(), kept, spare, mistakes));
  }

  /** The endpoints of this moment; none when the library resolves the host itself. */
  public List<EndpointState> endpointStates() {
    return live.now().all();
  }

  /** What the destination has seen; lives on through changes of settings. */
  public Statistics statistics() {
    return statistics;
  }

  /** Where the destination stands now. */
  public PolicyStatus status() {
    return PolicyStatus.of(this);
  }

  /** As in the settings; that of a subset is {@code payments/v2}. */
  public String name() {
    return name;
  }

  DestinationSettings settings() {
    return settings;
  }

  RetryRules rules() {
    return rules;
  }

  FaultInjection faults() {
    return faults;
  }

  /** Whether the library resolves the host itself; there are no endpoints then. Constant. */
  public boolean byLibrary() {
    return byLibrary;
  }

  /** Those of this moment: read once for what belongs together. */
  Endpoints endpoints() {
    return live.now();
  }

  LiveEndpoints live() {
    return live;
  }

  Optional<Breaker> breaker() {
    return breaker;
  }

  OutlierDetector ejection() {
    return ejection;
  }

  Limits limits() {
    return limits;
  }

  /** The mesh's. */
  public Clock clock() {
    return clock;
  }

  Timer timer() {
    return timer;
  }

  /** Where this JVM is; empty if unknown. */
  String zone() {
    return zone;
  }

  Chance chance() {
    return chance;
  }

  /** What is done with deadlines; empty: what the terms of the caller say. */
  Optional<Mode> deadlineMode() {
    return settings.deadlineMode();
  }

  /** With less time left than this no attempt is started: it would only add load. */
  long worthwhileNanos() {
    return Math.max(MIN_ATTEMPT_NANOS, statistics.p50Nanos() / 2);
  }

  /** More than 0; {@link Long#MAX_VALUE}: none. */
  long connectTimeoutNanos() {
    return connectTimeoutNanos;
  }

  /** How long a call may take that has no timeout of its own. */
  CallTime time() {
    return time;
  }
}
