// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Optional;

/** Failures on purpose; Istio's HTTPFaultInjection. */
public record FaultSettings(Optional<Delay> delay, Optional<Abort> abort) {
  /**
   * Waits before the first attempt.
   *
   * @param percentage of the calls, 0 to 100
   */
  public record Delay(Duration fixedDelay, double percentage) {}

  /**
   * Answers instead of the destination.
   *
   * @param httpStatus 200 to 599
   * @param percentage of the calls, 0 to 100
   */
  public record Abort(int httpStatus, double percentage) {}
}
