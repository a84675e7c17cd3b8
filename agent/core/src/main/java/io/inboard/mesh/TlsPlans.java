// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings;
import java.util.Optional;

/** How connections to a destination's endpoints are secured at this moment. Any thread, no lock. */
@FunctionalInterface
public interface TlsPlans {
  /** No identity: no plan. */
  TlsPlans NONE = (destination, host) -> Optional.empty();

  /**
   * The plan of the current generation: the same object as long as neither the identity nor the
   * destination changes, another one afterwards. Asked for modes other than DISABLE.
   *
   * @param host the logical host of the call: what a destination for a suffix cannot know
   * @return empty when there is no usable identity; calls are then refused
   */
  Optional<TlsPlan> plan(DestinationSettings destination, String host);
}
