// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one version of the settings changes, for the line that says that it is in force. */
final class SettingsChange {
  private SettingsChange() {}

  /** In a few words, without a line break. */
  static String of(Settings before, Settings after) {
    List<String> changes = new ArrayList<>();
    if (before.enabled() != after.enabled()) {
      changes.add(after.enabled() ? "switched on" : "switched off (enabled: false)");
    }
    ports(before.inbound(), after.inbound(), changes);
    identity(before.identity(), after.identity(), changes);
    int destinations = destinations(before, after);
    if (destinations > 0) {
      changes.add(destinations + (destinations == 1 ? " destination" : " destinations"));
    }
    others(before, after, changes);
    return changes.isEmpty() ? "nothing but its text changed" : String.join(", ", changes);
  }

  /**
   * What the kill switch puts out of force, in plain words; empty if these settings do not switch
   * off what the others had on.
   */
  static String switchedOff(Settings before, Settings after) {
    if (!before.enabled() || after.enabled()) {
      return "";
    }
    List<String> gone = new ArrayList<>();
    InboundSettings inbound = after.inbound();
    int rules = inbound.authorization().size();
    if (rules > 0) {
      gone.add("no authorization rule is in force (of " + rules + ")");
    }
    boolean tls =
        after.destinations().stream().anyMatch(each -> each.tls().mode() != TlsMode.DISABLE);
    gone.add(
        tls
            ? "calls go out as the application makes them, without TLS and policies of ours"
            : "calls go out as the application makes them, without policies of ours");
    gone.add(
        inbound.anyStrict()
            ? "ports that are STRICT still demand mutual TLS"
            : "no port demands mutual TLS");
    return String.join("; ", gone);
  }

  private static void ports(InboundSettings before, InboundSettings after, List<String> changes) {
    String was = modes(before);
    String is = modes(after);
    if (!was.equals(is)) {
      changes.add("ports " + is + " (before: " + was + ")");
    }
    if (!before.authorization().equals(after.authorization())) {
      changes.add(
          "authorization: "
              + rules(after.authorization().size())
              + " (before: "
              + before.authorization().size()
              + ")");
    }
    if (!before.server().equals(after.server())) {
      changes.add("limits of requests");
    }
    if (!before.unknownServers().equals(after.unknownServers())) {
      changes.add("unknownServers");
    }
  }

  private static String modes(InboundSettings inbound) {
    StringBuilder modes = new StringBuilder(inbound.mtls().name());
    Map<Integer, MtlsMode> byPort = new TreeMap<>(inbound.portLevelMtls());
    byPort.forEach((port, mode) -> modes.append(' ').append(port).append('=').append(mode));
    return modes.toString();
  }

  private static String rules(int count) {
    return count == 0 ? "no rule" : count + (count == 1 ? " rule" : " rules");
  }

  private static void identity(
      IdentitySettings before, IdentitySettings after, List<String> changes) {
    if (before.present() && !after.present()) {
      changes.add("no identity any more");
    } else if (!before.equals(after)) {
      changes.add(before.present() ? "another identity" : "an identity");
    }
  }

  /** Those that came, went, or say something else. */
  private static int destinations(Settings before, Settings after) {
    Map<String, DestinationSettings> was = byName(before);
    Map<String, DestinationSettings> is = byName(after);
    int changed = 0;
    for (Map.Entry<String, DestinationSettings> each : is.entrySet()) {
      if (!each.getValue().equals(was.remove(each.getKey()))) {
        changed++;
      }
    }
    return changed + was.size();
  }

  private static Map<String, DestinationSettings> byName(Settings settings) {
    Map<String, DestinationSettings> destinations = new LinkedHashMap<>();
    settings.destinations().forEach(each -> destinations.put(each.name(), each));
    return destinations;
  }

  private static void others(Settings before, Settings after, List<String> changes) {
    other("service", before.service(), after.service(), changes);
    other("telemetry", before.telemetry(), after.telemetry(), changes);
    other("resilience", before.resilience(), after.resilience(), changes);
    other("reload", before.reload(), after.reload(), changes);
    other("log", before.log(), after.log(), changes);
  }

  private static void other(String key, Object before, Object after, List<String> changes) {
    if (!before.equals(after)) {
      changes.add(key);
    }
  }
}
