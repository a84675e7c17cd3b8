// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.call.Printable;

/**
 * Lines for a terminal: none is longer than {@link #WIDTH} characters, and nothing in them moves
 * the cursor, whatever the JVM that was asked has to tell. Not for several threads.
 */
final class StatusLines {
  static final int WIDTH = 119;

  private final StringBuilder out = new StringBuilder();

  /**
   * Adds a line; what does not fit goes on below, indented.
   *
   * @param indent of the lines that follow the first
   */
  void add(int indent, String format, Object... values) {
    String rest = Printable.text(String.format(format, values)).stripTrailing();
    int from = 0;
    while (rest.length() > WIDTH) {
      int at = rest.lastIndexOf(' ', WIDTH);
      // A word that is longer than the line, a path or a URL, is cut where it must be.
      int end = at > Math.max(from, WIDTH / 3) ? at : WIDTH;
      out.append(rest.substring(0, end).stripTrailing()).append('\n');
      rest = " ".repeat(indent) + rest.substring(end).stripLeading();
      from = indent;
    }
    out.append(rest).append('\n');
  }

  @Override
  public String toString() {
    return out.toString().stripTrailing();
  }

  /** {@code 1 request}, {@code 2 requests}. */
  static String count(JsonTree number, String one) {
    return count(number.text(), one, one + "s");
  }

  /** {@code 1 retry}, {@code 2 retries}. */
  static String count(JsonTree number, String one, String more) {
    return count(number.text(), one, more);
  }

  private static String count(String number, String one, String more) {
    String shown = number.isEmpty() ? "0" : number;
    return shown + " " + (shown.equals("1") ? one : more);
  }

  /** {@code 12 s}, {@code 3 min}, {@code 2 h 5 min}, {@code 4 d 3 h}. */
  static String age(long seconds) {
    long s = Math.max(0, seconds);
    if (s < 120) {
      return s + " s";
    }
    if (s < 3600) {
      return s / 60 + " min";
    }
    return s < 2 * 86_400
        ? pair(s / 3600, "h", s % 3600 / 60, "min")
        : pair(s / 86_400, "d", s % 86_400 / 3600, "h");
  }

  private static String pair(long large, String unit, long small, String smallUnit) {
    return large + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }

  /** The same of a number that was read; an empty text where there is none. */
  static String age(JsonTree seconds) {
    try {
      return age(Long.parseLong(seconds.text()));
    } catch (NumberFormatException e) {
      return "";
    }
  }
}
