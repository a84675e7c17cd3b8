// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.call.Step;
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

  private final double delayPercent;
  private final long delayNanos;
  private final double abortPercent;
  private final Step.Answer abort;

  private FaultInjection(FaultSettings settings) {
    this.delayPercent = settings.delay().map(FaultSettings.Delay::percentage).orElse(0.0);
    this.delayNanos = settings.delay().map(d -> d.fixedDelay().toNanos()).orElse(0L);
    this.abortPercent = settings.abort().map(FaultSettings.Abort::percentage).orElse(0.0);
    int status = settings.abort().map(FaultSettings.Abort::httpStatus).orElse(503);
    this.abort =
        new Step.Answer(
            status,
            Map.of("content-type", "text/plain", "x-inboard-fault", "abort"),
            ("inboard: aborted on purpose with " + status + " (fault)\n")
                .getBytes(StandardCharsets.UTF_8));
  }

  static FaultInjection of(Optional<FaultSettings> settings) {
    return settings.map(FaultInjection::new).orElse(NONE);
  }

  /** How long this call is delayed; 0: not at all. */
  long delayNanos(Chance chance) {
    return drawn(delayPercent, chance) ? delayNanos : 0;
  }

  /** What this call is answered with; null: nothing, it goes its way. */
  Step.Answer abort(Chance chance) {
    return drawn(abortPercent, chance) ? abort : null;
  }

  private static boolean drawn(double percent, Chance chance) {
    return percent > 0 && (percent >= 100 || chance.between(0, 100) < percent);
  }
}
