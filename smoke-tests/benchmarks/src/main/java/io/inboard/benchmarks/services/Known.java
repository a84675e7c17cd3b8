// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.List;
import java.util.Optional;

/** A word of the command line that must be one of a list. */
final class Known {
  private Known() {}

  /** Of an unknown word: all that are known, and the one that was probably meant. */
  static String complaint(String kind, String word, List<String> known) {
    return "unknown "
        + kind
        + " '"
        + word
        + "'"
        + nearest(word, known).map(n -> "; did you mean " + n + "?").orElse(".")
        + " Known: "
        + String.join(", ", known);
  }

  /** Empty if none is near enough to be worth a question. */
  static Optional<String> nearest(String word, List<String> known) {
    return known.stream()
        .min((a, b) -> Integer.compare(distance(word, a), distance(word, b)))
        .filter(best -> distance(word, best) <= Math.max(2, best.length() / 2));
  }

  /** Insertions, deletions and replacements from one to the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
