// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import java.util.Comparator;
import java.util.List;

/**
 * One version of a library; a row of the table has several that do the same.
 *
 * @param kind {@code client} or {@code server}
 * @param library as the table says it
 * @param number as the jar says it, or {@code JDK 17}
 */
record Version(String kind, String library, String number) implements Comparable<Version> {
  private static final Comparator<Version> ORDER =
      Comparator.comparing(Version::kind)
          .thenComparing(Version::library)
          .thenComparing(Version::number, Version::byNumbers);

  /** Whether it comes with the JDK: another JDK is another version. */
  boolean ofTheJdk() {
    return number.startsWith("JDK ");
  }

  private static int byNumbers(String one, String other) {
    List<String> ones = List.of(one.split("[^0-9]+"));
    List<String> others = List.of(other.split("[^0-9]+"));
    for (int i = 0; i < Math.min(ones.size(), others.size()); i++) {
      int order = Comparator.comparingInt(Version::value).compare(ones.get(i), others.get(i));
      if (order != 0) {
        return order;
      }
    }
    int order = Integer.compare(ones.size(), others.size());
    return order != 0 ? order : one.compareTo(other);
  }

  private static int value(String digits) {
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  @Override
  public int compareTo(Version other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return library + " " + number;
  }
}
