// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.document.Problem;
import java.util.List;

/** Settings that do not parse or validate; holds everything that was found. */
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @param source its name
   * @param problems at least one, in the order of the file
   */
  public SettingsException(String source, List<Problem> problems) {
    super(oneLine(source, problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** At least one, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }

  private static String oneLine(String source, List<Problem> problems) {
    Problem first = problems.get(0);
    int more = problems.size() - 1;
    return source
        + (first.line() == 0 ? ": " : ":")
        + first
        + (more == 0 ? "" : ", and " + more + " more");
  }
}
