// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.CanonicalHost;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.Instance;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The key {@code alsoMatches} of a destination: by what else than its host it is called. */
final class AlsoMatches {
  private static final String KEY = "alsoMatches";

  private enum What {
    ENDPOINTS
  }

  private AlsoMatches() {}

  /**
   * Whether the addresses of its endpoints match.
   *
   * @param host of the destination
   * @param known whether it has endpoints that the mesh knows
   */
  static boolean endpoints(Section destination, String host, boolean known) {
    Optional<Value> value = destination.value(KEY);
    if (value.isEmpty() || value.get().choice(Value.lowerCase(What.class), List.of()).isEmpty()) {
      return false;
    }
    if (!known) {
      value
          .get()
          .problem("there are no endpoints that could match", "list endpoints, or set discovery");
    } else if (host.startsWith("*.")) {
      value
          .get()
          .problem(
              "an endpoint's address cannot stand for one of many hosts, and the host is " + host,
              "give the host whose endpoints these are a destination of its own");
    }
    return true;
  }

  /** A listed endpoint matches one destination. */
  static void checkListed(List<Section> sections, List<DestinationSettings> destinations) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < destinations.size(); i++) {
      if (!destinations.get(i).matchesEndpoints()) {
        continue;
      }
      for (Instance each : destinations.get(i).listed()) {
        String key = new Instance(CanonicalHost.of(each.host()), each.port()).address();
        Integer first = seen.putIfAbsent(key, i);
        if (first != null && first != i) {
          sections
              .get(i)
              .value(KEY)
              .orElseThrow()
              .problem(
                  key + " is an endpoint of destinations[" + first + "], too, and matches there",
                  "an address leads to one destination: remove alsoMatches from one of the two");
          break; // One of them shows it.
        }
      }
    }
  }
}
