// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.InboundSettings.MtlsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Ports that refuse every request, most likely by mistake: mutual TLS is switched off there, for
 * health checks or a scraper, and every ALLOW rule asks for an identity, which only mutual TLS
 * proves.
 */
public final class UnreachablePorts {
  private UnreachablePorts() {}

  /** A clear line for each such port, with the rule that is missing. */
  public static List<String> warnings(InboundSettings inbound) {
    List<String> warnings = new ArrayList<>();
    Set<Integer> ports = new TreeSet<>(inbound.portLevelMtls().keySet());
    for (int port : ports) {
      if (inbound.portLevelMtls().get(port) == MtlsMode.DISABLE && refusesAll(inbound, port)) {
        warnings.add(
            "the mode of port "
                + port
                + " is DISABLE, so its callers prove no identity, and every ALLOW rule asks for"
                + " one: all requests there are refused with 403 (for probes, add {action: ALLOW,"
                + " to: {ports: ["
                + port
                + "]}})");
      }
    }
    return warnings;
  }

  private static boolean refusesAll(InboundSettings inbound, int port) {
    boolean allows = false;
    for (AuthorizationRule rule : inbound.authorization()) {
      if (rule.action() == Action.ALLOW) {
        allows = true;
        boolean anonymous = rule.principals().isEmpty() && rule.namespaces().isEmpty();
        if (anonymous && (rule.ports().isEmpty() || rule.ports().contains(port))) {
          return false;
        }
      }
    }
    return allows;
  }
}
