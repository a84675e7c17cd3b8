// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import java.util.LinkedHashMap;
import java.util.Map;

/** A mapping from names to percentages of one whole. */
final class Shares {
  private Shares() {}

  /**
   * In the order of the file.
   *
   * @param whole whether they must be 100 in all; else at most that
   */
  static Map<String, Integer> read(Value value, boolean whole) {
    Map<String, Integer> shares = new LinkedHashMap<>();
    value
        .section()
        .all()
        .forEach((name, v) -> v.wholePercent(0, 100).ifPresent(p -> shares.put(name, p)));
    int sum = shares.values().stream().mapToInt(Integer::intValue).sum();
    if (whole ? sum != 100 && !shares.isEmpty() : sum > 100) {
      value.problem(
          "must be " + (whole ? "" : "at most ") + "100 percent in all, but was " + sum, "");
    } else if (shares.isEmpty() && whole) {
      value.problem("names nobody", "such as {eu-1a: 80, eu-1b: 20}");
    }
    return shares;
  }
}
