// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.discovery.EndpointFileStatus;
import io.inboard.discovery.NameStatus;
import io.inboard.policy.PolicyStatus;
import java.util.List;
import java.util.Map;

/**
 * What the mesh does with calls that leave this JVM, at one moment. Immutable.
 *
 * @param enabled the kill switch
 * @param destinations in the order of the settings
 * @param innerAttempts sends that libraries repeated by themselves to hosts of no destination, by
 *     library
 * @param outerAttempts calls to destinations that a library of the application has repeated, by
 *     library
 * @param unmeshed calls to endpoints of MUTUAL destinations by another name than the destination's,
 *     those that were not sent because they would not have been secured, and connections of
 *     libraries that open them without a request
 * @param names that endpoints are given by, and what they resolve to
 * @param endpointFiles files that list endpoints, and how reading them stands
 * @param errors of ours that were kept from calls; 0 unless there is a bug
 */
public record OutboundStatus(
    boolean enabled,
    List<PolicyStatus> destinations,
    Map<String, Long> innerAttempts,
    Map<String, Long> outerAttempts,
    List<Unmeshed.Count> unmeshed,
    List<NameStatus> names,
    List<EndpointFileStatus> endpointFiles,
    long errors) {
  public OutboundStatus {
    innerAttempts = Map.copyOf(innerAttempts);
    outerAttempts = Map.copyOf(outerAttempts);
    names = List.copyOf(names);
    endpointFiles = List.copyOf(endpointFiles);
    destinations = List.copyOf(destinations);
    unmeshed = List.copyOf(unmeshed);
  }
}
