// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Libraries that no hook knows, as they were seen, with counts. Guarded by itself. */
final class Unmeshed {
  /** Kinds that are told apart; those beyond are counted together. */
  private static final int MOST = 200;

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

  synchronized List<Count> counts() {
    List<Count> all = new ArrayList<>();
    counts.forEach((s, n) -> all.add(new Count(s.role, s.library, s.where, s.outcome, n[0])));
    return all;
  }
}
