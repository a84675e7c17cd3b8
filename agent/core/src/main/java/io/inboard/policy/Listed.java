// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.Objects;

/**
 * An endpoint, as a list of a destination has it.
 *
 * @param address tells it from others of the destination: {@code 10.0.0.5:8443}
 * @param weight 1 or more
 * @param zone empty: unknown
 */
public record Listed(String address, int weight, String zone) {
  public Listed {
    Objects.requireNonNull(address);
    Objects.requireNonNull(zone);
  }
}
