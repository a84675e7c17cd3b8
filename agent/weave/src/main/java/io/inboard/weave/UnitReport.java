// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.List;

/**
 * What became of one unit, for {@code status}.
 *
 * @param unit the unit's name
 * @param errors exceptions that its advice threw and the call sites caught
 * @param libraries one for each class loader with a class of the unit; empty: none was loaded yet
 */
public record UnitReport(String unit, long errors, List<LibraryReport> libraries) {
  public UnitReport {
    libraries = List.copyOf(libraries);
  }

  /**
   * @param library the jar, or the JDK, and the class loader
   * @param applied whether the hooks are woven
   * @param reason why not; empty if they are
   * @param classes the classes woven so far
   */
  public record LibraryReport(
      String library, boolean applied, String reason, List<String> classes) {
    public LibraryReport {
      classes = List.copyOf(classes);
    }
  }
}
