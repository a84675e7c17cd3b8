// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.Optional;

/**
 * Where calls go that have failed: another destination, or a subset.
 *
 * @param host the logical host of another destination; empty: that of the call stays
 */
public record Spare(DestinationPolicy policy, Optional<String> host) {}
