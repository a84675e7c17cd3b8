// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.identity.IdentityStatus;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.source.Loaded;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.weave.UnitReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The one line that a good start says: who reads the log must see at once what is in force. */
final class StartLine {
  private StartLine() {}

  /** Without a line break. */
  static String of(
      String version,
      SettingsStatus status,
      Settings settings,
      IdentityStatus identity,
      List<UnitReport> hooks) {
    return "Inboard "
        + version
        + ": "
        + source(status)
        + (settings.enabled() ? "" : ", switched off (enabled: false)")
        + "; ports "
        + ports(settings)
        + "; "
        + identity(settings, identity)
        + "; hooked so far: "
        + hooked(hooks);
  }

  private static String source(SettingsStatus status) {
    return status.origin() == Loaded.Origin.DEFAULTS
        ? "no settings, the defaults"
        : "settings " + status.source() + ", version " + status.version();
  }

  private static String ports(Settings settings) {
    InboundSettings inbound = settings.inbound();
    StringBuilder ports = new StringBuilder(inbound.mtls().name());
    new TreeMap<>(inbound.portLevelMtls())
        .forEach((port, mode) -> ports.append(", ").append(port).append(' ').append(mode));
    int rules = inbound.authorization().size();
    return ports
        + (rules == 0
            ? ", no authorization"
            : ", "
                + rules
                + (rules == 1 ? " authorization rule" : " authorization rules")
                + (settings.enabled() ? "" : ", not in force"));
  }

  private static String identity(Settings settings, IdentityStatus identity) {
    if (!settings.identity().present()) {
      return "no identity";
    }
    Optional<String> id = identity.id().map(Object::toString);
    return id.isEmpty()
        ? "identity not usable yet"
        : "identity " + id.get() + identity.notAfter().map(end -> " until " + end).orElse("");
  }

  private static String hooked(List<UnitReport> hooks) {
    List<String> applied = new ArrayList<>();
    for (UnitReport unit : hooks) {
      if (unit.libraries().stream().anyMatch(UnitReport.LibraryReport::applied)) {
        applied.add(unit.unit());
      }
    }
    return applied.isEmpty() ? "nothing" : String.join(", ", applied);
  }
}
