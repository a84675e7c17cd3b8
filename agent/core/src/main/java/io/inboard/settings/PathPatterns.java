// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.List;

/**
 * Patterns of inbound paths: exact ({@code /health}), with {@code *} for (a part of) one segment,
 * {@code **} for any rest, so that {@code /actuator/**} is {@code /actuator}, too. Only a path in
 * its normal form matches: {@code /health/../orders} is no health check, and a request that is to
 * be exempt from limits and traces must use the plain path. Immutable.
 */
public final class PathPatterns {
  private final String[][] patterns;

  /** Patterns in their normal form, see {@link PathPatternForm#of}; none match nothing. */
  public PathPatterns(List<String> patterns) {
    this.patterns = new String[patterns.size()][];
    for (int i = 0; i < this.patterns.length; i++) {
      this.patterns[i] = segments(patterns.get(i));
    }
  }

  /** Whether one of them matches the path, without query, as it came. */
  public boolean matches(String path) {
    if (patterns.length == 0 || !RequestPath.isNormal(path)) {
      return false;
    }
    String[] segments = segments(path);
    for (String[] pattern : patterns) {
      if (matches(pattern, segments)) {
        return true;
      }
    }
    return false;
  }

  private static String[] segments(String path) {
    return path.split("/", -1);
  }

  /**
   * Whole segments, with {@code **} for any number of them: from left to right with one resume
   * point, so that no path can make it try all ways.
   */
  private static boolean matches(String[] pattern, String[] path) {
    int p = 0;
    int s = 0;
    int rest = -1;
    int resume = 0;
    while (s < path.length) {
      if (p < pattern.length && pattern[p].equals("**")) {
        rest = p++;
        resume = s;
      } else if (p < pattern.length && wildcard(pattern[p], path[s])) {
        p++;
        s++;
      } else if (rest >= 0) {
        p = rest + 1;
        s = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p].equals("**")) {
      p++;
    }
    return p == pattern.length;
  }

  /**
   * One segment against a pattern with any number of stars, from left to right with one resume
   * point.
   */
  private static boolean wildcard(String pattern, String segment) {
    int p = 0;
    int s = 0;
    int star = -1;
    int resume = 0;
    while (s < segment.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = s;
      } else if (p < pattern.length() && pattern.charAt(p) == segment.charAt(s)) {
        p++;
        s++;
      } else if (star >= 0) {
        p = star + 1;
        s = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
