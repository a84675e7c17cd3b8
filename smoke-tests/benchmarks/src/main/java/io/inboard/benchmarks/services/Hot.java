// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What stands out of a profile, as text: which methods of an agent are on most stacks, and where on
 * those stacks the time or the bytes went. From stacks in "collapsed" form: frames from the outside
 * in, separated by semicolons, then how much.
 */
final class Hot {
  /** Ours, OpenTelemetry's, and the library that ours exports with. */
  private static final Pattern OF_AN_AGENT =
      Pattern.compile("(io[/.]inboard|io[/.]opentelemetry|okhttp3|okio)[/.].*");

  private static final int LINES = 40;

  private long all;
  private long underAgent;

  /** By method of an agent: on whose stack, however deep below. */
  private final Map<String, Long> within = new HashMap<>();

  /** By innermost frame, of stacks that have a method of an agent. */
  private final Map<String, Long> self = new HashMap<>();

  static String of(List<String> stacks) {
    Hot hot = new Hot();
    stacks.forEach(hot::add);
    return hot.text();
  }

  private void add(String line) {
    int space = line.lastIndexOf(' ');
    if (space < 0) {
      return;
    }
    long weight = Long.parseLong(line, space + 1, line.length(), 10);
    String[] frames = line.substring(0, space).split(";", -1);
    all += weight;
    Set<String> ofAgent = new HashSet<>();
    for (String frame : frames) {
      if (OF_AN_AGENT.matcher(frame).matches()) {
        ofAgent.add(frame);
      }
    }
    if (!ofAgent.isEmpty()) {
      underAgent += weight;
      self.merge(frames[frames.length - 1], weight, Long::sum);
      ofAgent.forEach(frame -> within.merge(frame, weight, Long::sum));
    }
  }

  private String text() {
    return String.format(
        Locale.ROOT,
        "%.2f %% of all under a method of an agent\n\n%s\n%s",
        percent(underAgent),
        table("on the stack, % of all", within),
        table("innermost of these stacks, % of all", self));
  }

  private String table(String head, Map<String, Long> by) {
    StringBuilder text = new StringBuilder(head).append('\n');
    by.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(LINES)
        .forEach(
            e ->
                text.append(
                    String.format(Locale.ROOT, "%6.2f  %s%n", percent(e.getValue()), e.getKey())));
    return text.toString();
  }

  private double percent(long weight) {
    return all == 0 ? 0 : 100.0 * weight / all;
  }
}
