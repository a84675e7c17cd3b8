// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/**
 * One promise, and whether this run kept it.
 *
 * @param subject what it is about: a variant, the start, memory ...
 * @param limit in words
 * @param measured in words; empty when it was not
 * @param verdict by the medians
 * @param remark what was missing, or what makes the verdict doubtful; may be empty
 */
record Budget(String subject, String limit, String measured, Verdict verdict, String remark) {
  enum Verdict {
    HELD("held"),
    MISSED("missed"),
    NOT_MEASURED("not measured");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static Verdict of(boolean held) {
      return held ? HELD : MISSED;
    }
  }
}
