// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.DestinationSettings.FallbackSettings;
import java.util.Optional;

/**
 * What the calls of a destination get when all else has failed. Immutable.
 *
 * @param origin decided the call first: it counts what the call got
 * @param kept the destination's last good answers
 * @param spare where a call goes that has failed; empty: nowhere
 * @param mistakes told of errors of ours
 */
record FallbackRules(
    DestinationPolicy origin,
    FallbackSettings settings,
    LastGood kept,
    Optional<Spare> spare,
    Mistakes mistakes) {

  /** Of a call that has gone elsewhere: only a fixed answer is left. */
  FallbackRules elsewhere() {
    FallbackSettings last =
        new FallbackSettings(Optional.empty(), Optional.empty(), settings.response());
    return new FallbackRules(origin, last, kept, Optional.empty(), mistakes);
  }
}
