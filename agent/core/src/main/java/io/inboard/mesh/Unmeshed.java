// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Libraries that no hook knows, as they were seen, with counts. Guarded by itself. */
final class Unmeshed {
  /** Kinds that are told apart; those beyond are counted together. */
  private static final int MOST = 200;

  /** What became of a client: what was refused was never sent. */
  static final String REFUSED = "refused";

  static final String NOT_SECURED = "not secured";
  private static final String CLIENT = "client";

  private static final Seen OTHERS = new Seen("others", "", "", "");

  private final Map<Seen, long[]> counts = new LinkedHashMap<>();

  /**
   * @param role {@code server} or {@code client}
   * @param library the class that binds or connects
   * @param where a port, or the name of a destination
   * @param outcome what became of it
   */
  private record Seen(String role, String library, String where, String outcome) {}

  /** One line of {@code status}; the words of {@link Seen}. */
  record Count(String role, String library, String where, String outcome, long count) {}

  synchronized void count(String role, String library, String where, String outcome) {
    Seen seen = new Seen(role, library, where, outcome);
    Seen kept = counts.containsKey(seen) || counts.size() < MOST ? seen : OTHERS;
    counts.computeIfAbsent(kept, s -> new long[1])[0]++;
  }

  /**
   * A connection or a call goes around a destination that mutual TLS guards: it is counted, said,
   * and refused where the settings ask for that.
   *
   * @param library the class that connects, or the library that calls
   * @param kind of the line in the log, for instance {@code unknown-client}
   * @param refusal the line where it is refused
   * @param warning the line, once for each destination and library, where it is not
   * @return {@code refusal}; empty: it may go on
   */
  Optional<String> judge(
      DestinationSettings destination,
      String library,
      String kind,
      String refusal,
      String warning) {
    String name = destination.name();
    boolean refuses = destination.unknownClients() == UnknownClients.REFUSE;
    count(CLIENT, library, name, refuses ? REFUSED : NOT_SECURED);
    if (refuses) {
      Log.refusal(kind + ' ' + name, refusal);
      return Optional.of(refusal);
    }
    Log.warnOnce(kind + ' ' + name + ' ' + library, warning);
    return Optional.empty();
  }

  synchronized List<Count> counts() {
    List<Count> all = new ArrayList<>();
    counts.forEach((s, n) -> all.add(new Count(s.role, s.library, s.where, s.outcome, n[0])));
    return all;
  }
}
