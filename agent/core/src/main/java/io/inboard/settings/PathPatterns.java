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
      if (matches(pattern, 0, segments, 0)) {
        return true;
      }
    }
    return false;
  }

  private static String[] segments(String path) {
    return path.split("/", -1);
  }

  private static boolean matches(String[] pattern, int p, String[] path, int s) {
    if (p == pattern.length) {
      return s == path.length;
    }
    if (pattern[p].equals("**")) {
      for (int rest = s; rest <= path.length; rest++) {
        if (matches(pattern, p + 1, path, rest)) {
          return true;
        }
      }
      return false;
    }
    return s < path.length && wildcard(pattern[p], path[s]) && matches(pattern, p + 1, path, s + 1);
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
