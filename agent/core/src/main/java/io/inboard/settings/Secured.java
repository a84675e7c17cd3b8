// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.settings.DestinationSettings.TlsMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What settings secure, and what a change of them would give up. A file is not always written in
 * one step: half of it often parses, and then says less than its writer means. So what changes who
 * may come in, or whom this JVM trusts, must stand unchanged for a while before it counts.
 */
final class Secured {
  /** For changes of nothing that secures. */
  static final Duration SOON = Duration.ofMillis(100);

  /** For other values of what secures: longer than a writer pauses. */
  static final Duration CAUTIOUS = Duration.ofSeconds(1);

  /** For a document in which something that secured is gone altogether. */
  static final Duration LONG = Duration.ofSeconds(5);

  private Secured() {}

  /** What is there before and not after, in words; empty if nothing is. */
  static List<String> dropped(Settings before, Settings after) {
    List<String> dropped = new ArrayList<>();
    if (before.identity().present() && !after.identity().present()) {
      dropped.add("the identity");
    }
    if (before.inbound().anyStrict() && !after.inbound().anyStrict()) {
      dropped.add("STRICT");
    }
    if (!before.inbound().authorization().isEmpty() && after.inbound().authorization().isEmpty()) {
      dropped.add("all authorization");
    }
    return dropped;
  }

  /** How long a document must stand unchanged before it replaces what is in force. */
  static Duration patience(Settings before, Settings after) {
    if (!dropped(before, after).isEmpty()) {
      return LONG;
    }
    boolean same =
        before.identity().equals(after.identity())
            && before.inbound().equals(after.inbound())
            && tls(after).entrySet().containsAll(tls(before).entrySet());
    return same ? SOON : CAUTIOUS;
  }

  /** Of destinations that are reached over TLS; without it a call would go out in the clear. */
  private static Map<String, DestinationSettings.TlsSettings> tls(Settings settings) {
    Map<String, DestinationSettings.TlsSettings> tls = new LinkedHashMap<>();
    for (DestinationSettings destination : settings.destinations()) {
      if (destination.tls().mode() != TlsMode.DISABLE) {
        tls.put(destination.host() + ":" + destination.port(), destination.tls());
      }
    }
    return tls;
  }
}
