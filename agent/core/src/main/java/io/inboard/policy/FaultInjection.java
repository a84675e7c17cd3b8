// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.call.Step;
import io.inboard.policy.Statistics.Event;
import io.inboard.settings.FaultSettings;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Failures on purpose. Whether a call is delayed and whether it is aborted are drawn apart, and the
 * delay comes first, as in Envoy's fault filter. Immutable.
 */
final class FaultInjection {
  /** Injects nothing. */
  static final FaultInjection NONE =
      new FaultInjection(new FaultSettings(Optional.empty(), Optional.empty()));

  /** The usual result: no fault. */
  static final Drawn NOTHING = new Drawn(0, null);

  private final double delayPercent;
  private final long delayNanos;
  private final double abortPercent;
  private final Step.Answer abort;

  private FaultInjection(FaultSettings settings) {
    boolean delays = settings.delay().isPresent();
    boolean aborts = settings.abort().isPresent();
    this.delayPercent = delays ? settings.delay().get().percentage() : 0;
    this.delayNanos = delays ? settings.delay().get().fixedDelay().toNanos() : 0;
    this.abortPercent = aborts ? settings.abort().get().percentage() : 0;
    int status = aborts ? settings.abort().get().httpStatus() : 503;
    this.abort =
        new Step.Answer(
            status,
            Map.of("content-type", "text/plain", "x-inboard-fault", "abort"),
            ("inboard: aborted on purpose with " + status + " (fault)\n")
                .getBytes(StandardCharsets.UTF_8));
  }

  static FaultInjection of(Optional<FaultSettings> settings) {
    return settings.isEmpty() ? NONE : new FaultInjection(settings.get());
  }

  /**
   * What becomes of one call.
   *
   * @param remaining of its time: one whose time is up during the delay is not aborted, too
   */
  Drawn draw(Chance chance, long remaining) {
    if (this == NONE) {
      return NOTHING;
    }
    long delay = drawn(delayPercent, chance) ? delayNanos : 0;
    return new Drawn(delay, delay < remaining && drawn(abortPercent, chance) ? abort : null);
  }

  /**
   * The faults that are injected into one call.
   *
   * @param delayNanos 0: it is not delayed
   * @param abort what it is answered with; null: it is sent as usual
   */
  record Drawn(long delayNanos, Step.Answer abort) {
    /** Of {@link #abort}; 0: none. */
    int status() {
      return abort == null ? 0 : abort.status();
    }

    /**
     * Counts it, and decides the call.
     *
     * @param remaining of the call's time; more than 0
     * @return null when the call goes its way, perhaps after the delay
     */
    Decision next(DestinationPolicy policy, long remaining) {
      if (this == NOTHING) {
        return null;
      }
      if (delayNanos > 0) {
        policy.statistics().count(Event.FAULT_DELAYED);
        if (remaining <= delayNanos) {
          policy.statistics().count(Event.TIMEOUT);
          return new Decision.Pause(
              remaining,
              Decision.refuse(
                  Step.Reason.TIMEOUT,
                  "inboard: " + policy.name() + ": time was up during a delay on purpose (fault)"));
        }
      }
      if (abort == null) {
        return null;
      }
      policy.statistics().count(Event.FAULT_ABORTED);
      Decision.End end = new Decision.End(abort);
      return delayNanos == 0 ? end : new Decision.Pause(delayNanos, end);
    }
  }

  private static boolean drawn(double percent, Chance chance) {
    return percent > 0 && (percent >= 100 || chance.between(0, 100) < percent);
  }
}
