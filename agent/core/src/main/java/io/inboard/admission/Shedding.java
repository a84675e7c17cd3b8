// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.admission.ConcurrencyLimiter.Ended;
import io.inboard.admission.ConcurrencyLimiter.Permit;
import io.inboard.call.CallerTerms;
import io.inboard.call.GrpcStatus;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.PathPatterns;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ServerSettings;
import io.inboard.time.Clock;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * Refuses requests so that the server stays alive under more load than it can take; RATIONALE.md,
 * Shedding. Asked after authorization, before the application. Safe for use by any thread; takes no
 * lock.
 */
public final class Shedding {
  private static final AtomicIntegerFieldUpdater<Admission> ENDED =
      AtomicIntegerFieldUpdater.newUpdater(Admission.class, "ended");

  private final Clock clock;
  private final RejectShare expired;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<Reason, LongAdder> shed = new EnumMap<>(Reason.class);
  private final LongAdder dark = new LongAdder();

  /** Replaced whole by {@link #apply}. */
  private volatile Rules rules;

  /** Why a request is refused. */
  private enum Reason {
    /** {@code maxConcurrent}. */
    CONCURRENCY,
    /** The limit that finds itself. */
    ADAPTIVE,
    /** It has waited inside the server for too long. */
    QUEUE_TIME,
    /** Its caller does not wait any more. */
    DEADLINE
  }

  /**
   * @param adaptive kept from one version to the next, and while resilience is switched off
   * @param drops whether expired requests are refused
   */
  private record Rules(
      boolean enabled,
      Optional<ConcurrencyLimiter> adaptive,
      int maxConcurrent,
      long maxQueueNanos,
      boolean drops,
      double maxRejectFraction,
      PathPatterns exempt) {
    /** Whether any request can be refused for its path's sake or in spite of it. */
    boolean limits() {
      return adaptive.isPresent()
          || maxConcurrent != Integer.MAX_VALUE
          || maxQueueNanos != Long.MAX_VALUE
          || drops;
    }
  }

  /** Refuses nothing until settings come. */
  public Shedding(Clock clock) {
    this.clock = clock;
    this.expired = new RejectShare(clock);
    for (Reason reason : Reason.values()) {
      shed.put(reason, new LongAdder());
    }
    this.rules =
        new Rules(
            false,
            Optional.empty(),
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            false,
            0,
            new PathPatterns(ServerSettings.DEFAULT.exempt()));
  }

  /** Judges requests that come from now on by these settings; what was learnt stays. */
  public synchronized void apply(ResilienceSettings resilience, ServerSettings server) {
    Optional<ConcurrencyLimiter> adaptive = Optional.empty();
    if (server.adaptive().isPresent()) {
      ServerSettings.Adaptive wanted = server.adaptive().get();
      adaptive =
          rules.adaptive.isPresent()
              ? rules.adaptive
              : Optional.of(new ConcurrencyLimiter(wanted, clock));
      adaptive.get().apply(wanted);
    }
    Mode mode = resilience.deadline().mode();
    rules =
        new Rules(
            resilience.enabled(),
            adaptive,
            server.maxConcurrent(),
            server.maxQueueTime().isEmpty()
                ? Long.MAX_VALUE
                : server.maxQueueTime().get().toNanos(),
            mode == Mode.ENFORCE || (mode == Mode.OBSERVE && server.dropExpired()),
            resilience.deadline().maxRejectFraction(),
            new PathPatterns(server.exempt()));
  }

  /**
   * Judges a request. Whatever comes of it, {@link Admission#end} follows.
   *
   * @param terms what its caller has said
   */
  public Admission admit(InboundRequest request, CallerTerms terms) {
    Rules now = rules;
    if (!now.enabled || (now.limits() && now.exempt.matches(request.path()))) {
      inFlight.incrementAndGet();
      return new Admission(Optional.empty(), false);
    }
    expired.request();
    Optional<Verdict.Deny> late = late(now, terms, request.queuedNanos());
    if (late.isPresent()) {
      return new Admission(late.get());
    }
    if (!enter(now.maxConcurrent)) {
      return refuse(Reason.CONCURRENCY, "too many requests at once");
    }
    if (now.adaptive.isEmpty()) {
      return new Admission(Optional.empty(), true);
    }
    Optional<Permit> permit =
        now.adaptive.get().tryAcquire(request.peer().map(PeerIdentity::principal).orElse(""));
    if (permit.isEmpty()) {
      inFlight.decrementAndGet();
      return refuse(Reason.ADAPTIVE, "too many requests at once for now");
    }
    return new Admission(permit, true);
  }

  /** Whether a request comes too late to be served; empty: it does not. */
  private Optional<Verdict.Deny> late(Rules now, CallerTerms terms, long queuedNanos) {
    if (terms.bounded() && terms.deadlineNanos() - clock.nanos() <= 0) {
      if (now.drops && expired.refuse(now.maxRejectFraction)) {
        return Optional.of(
            denial(Reason.DEADLINE, GrpcStatus.DEADLINE_EXCEEDED, "the caller's time is up"));
      }
      dark.increment();
    }
    return queuedNanos > now.maxQueueNanos
        ? Optional.of(
            denial(Reason.QUEUE_TIME, GrpcStatus.UNAVAILABLE, "waited too long inside the server"))
        : Optional.empty();
  }

  private boolean enter(int most) {
    int before;
    do {
      before = inFlight.get();
      if (before >= most) {
        return false;
      }
    } while (!inFlight.compareAndSet(before, before + 1));
    return true;
  }

  private Admission refuse(Reason reason, String text) {
    return new Admission(denial(reason, GrpcStatus.UNAVAILABLE, text));
  }

  private Verdict.Deny denial(Reason reason, int grpcStatus, String text) {
    shed.get(reason).increment();
    return new Verdict.Deny(503, grpcStatus, "shed: " + text);
  }

  /** Where it stands now. */
  public Status status() {
    Rules now = rules;
    Map<String, Long> byReason = new TreeMap<>();
    shed.forEach(
        (reason, count) -> byReason.put(reason.name().toLowerCase(Locale.ROOT), count.sum()));
    return new Status(
        now.adaptive.map(ConcurrencyLimiter::limit).orElse(now.maxConcurrent),
        inFlight.get(),
        byReason,
        dark.sum());
  }

  /**
   * @param limit of requests at once, the adaptive one if there is one; {@link Integer#MAX_VALUE}:
   *     none
   * @param inFlight requests that the application works for
   * @param shed refused since the start, by reason
   * @param expired let in though the caller does not wait any more: only observed, or beyond the
   *     fraction that may be refused
   */
  public record Status(int limit, int inFlight, Map<String, Long> shed, long expired) {
    public Status {
      shed = Map.copyOf(shed);
    }
  }

  /** What became of one request. */
  public final class Admission {
    private final Verdict verdict;

    /** Empty: no adaptive limit holds for it. */
    private final Optional<Permit> permit;

    /** Whether it can be refused at all. */
    private final boolean limited;

    /** 1 if it does not count as under way: refused, or ended. */
    private volatile int ended;

    private Admission(Optional<Permit> permit, boolean limited) {
      this.verdict = Verdict.ALLOW;
      this.permit = permit;
      this.limited = limited;
    }

    private Admission(Verdict.Deny refusal) {
      this.verdict = refusal;
      this.permit = Optional.empty();
      this.limited = false;
      this.ended = 1;
    }

    /** Whether the application sees it. */
    public Verdict verdict() {
      return verdict;
    }

    /**
     * It was let in, and has waited for a thread since then, which it has got now.
     *
     * @param terms what its caller has said
     * @param nanos how long
     * @return whether the application sees it still; whatever it says, {@link #end} follows
     */
    public Verdict waited(CallerTerms terms, long nanos) {
      Rules now = rules;
      if (!limited || !now.enabled) {
        return Verdict.ALLOW;
      }
      Optional<Verdict.Deny> late = late(now, terms, nanos);
      return late.isPresent() ? late.get() : Verdict.ALLOW;
    }

    /** The head of its response goes out. */
    public void answered(int status) {
      if (permit.isPresent()) {
        permit.get().answered(how(status));
      }
    }

    /**
     * It has ended. The first call counts.
     *
     * @param status 0: without a response
     */
    public void end(int status) {
      if (!ENDED.compareAndSet(this, 0, 1)) {
        return;
      }
      inFlight.decrementAndGet();
      if (permit.isPresent()) {
        permit.get().release(how(status));
      }
    }

    /**
     * An error may be quick, and a peer may go away at any time: neither tells of the load. Nor
     * does what a stranger can have for nothing (404), or a flood of it would bend the limit.
     */
    private static Ended how(int status) {
      return status >= 100 && status < 400 ? Ended.SERVED : Ended.FAILED;
    }
  }
}
