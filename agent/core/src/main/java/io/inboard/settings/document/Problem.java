// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with one place of the settings.
 *
 * @param path of the value, {@code destinations[0].retries.attempts}; empty: the whole document
 * @param line from 1; 0 if unknown
 * @param column from 1; 0 if unknown
 * @param message what is wrong; never holds the value of an environment variable
 * @param hint what to do; empty if the message says it
 */
public record Problem(String path, int line, int column, String message, String hint) {
  /** One line without the source's name: {@code 3:5 path: message (hint)}. */
  @Override
  public String toString() {
    String place = line == 0 ? "" : line + ":" + column + " ";
    return place
        + (path.isEmpty() ? "" : path + ": ")
        + message
        + (hint.isEmpty() ? "" : " (" + hint + ")");
  }

  /** All that one reading finds, in the order of the file as far as it is known; one thread. */
  public static final class Collector {
    /** No more than a hundred problems are kept: that is enough for any file. */
    private static final int MOST = 100;

    private final List<Problem> found = new ArrayList<>();

    /** What was found before is not added again. */
    public void add(Problem problem) {
      if (found.size() < MOST && !found.contains(problem)) {
        found.add(problem);
      }
    }

    /** Whether nothing was found. */
    public boolean isEmpty() {
      return found.isEmpty();
    }

    /** By line and column. */
    public List<Problem> sorted() {
      List<Problem> sorted = new ArrayList<>(found);
      sorted.sort((a, b) -> a.line != b.line ? a.line - b.line : a.column - b.column);
      return List.copyOf(sorted);
    }
  }
}
