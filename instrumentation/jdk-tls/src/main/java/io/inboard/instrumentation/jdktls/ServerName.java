// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdktls;

import io.inboard.weave.Advice;
import java.net.IDN;

/**
 * Reads a sidecar's server name without the rules for host names; every other name keeps them. The
 * two shapes are Istio's {@code BuildDNSSrvSubsetKey} ({@code outbound_.80_.v2_.host}) and {@code
 * BuildSubsetKey} ({@code outbound|80|v2|host}), each for both directions.
 */
final class ServerName {
  private ServerName() {}

  /**
   * The flags for a sidecar's name: not {@link IDN#USE_STD3_ASCII_RULES}, but the other one, which
   * changes nothing for ASCII. Zero, for any other name and after an error, assigns nothing.
   */
  @Advice.OnMethodEnter
  @Advice.ToArgument(1)
  static int enter(@Advice.Argument(0) String name) {
    return isSidecars(name) ? IDN.ALLOW_UNASSIGNED : 0;
  }

  private static boolean isSidecars(String name) {
    return name != null
        && (name.startsWith("outbound_.")
            || name.startsWith("outbound|")
            || name.startsWith("inbound_.")
            || name.startsWith("inbound|"));
  }
}
