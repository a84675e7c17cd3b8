// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/**
 * One promise, and whether this run kept it.
 *
 * @param subject what it is about: a variant, the start, memory ...
 * @param limit in words
 * @param measured in words, with its interval; empty when it was not
 * @param verdict by the 95 % interval
 * @param firm whether the 99 % interval says the same: more of the same need not be measured
 * @param series what must be measured more often if it is not
 * @param remark what was missing, or what makes the verdict doubtful; may be empty
 */
record Budget(
    String subject,
    String limit,
    String measured,
    Verdict verdict,
    boolean firm,
    Series series,
    String remark) {
  /** Whether the budget was kept. */
  enum Verdict {
    MET("met"),
    MISSED("missed"),
    /** The interval holds the limit. */
    UNDECIDED("undecided"),
    NOT_MEASURED("not measured");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }
}
