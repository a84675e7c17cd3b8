// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.policy.PolicyStatus;
import java.util.List;

/**
 * What the mesh does with calls that leave this JVM, at one moment. Immutable.
 *
 * @param enabled the kill switch
 * @param destinations in the order of the settings
 * @param errors of ours that were kept from calls; 0 unless there is a bug
 */
public record OutboundStatus(boolean enabled, List<PolicyStatus> destinations, long errors) {
  public OutboundStatus {
    destinations = List.copyOf(destinations);
  }
}
