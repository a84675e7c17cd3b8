// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A Markdown table with columns padded, so that it reads in a terminal too. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean numbers;

  /**
   * @param numbers all columns but the first are set to the right
   */
  Table(boolean numbers, List<String> heads) {
    this.numbers = numbers;
    rows.add(List.copyOf(heads));
  }

  void row(List<String> cells) {
    rows.add(cells.stream().map(cell -> cell.replace("|", "\\|")).toList());
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** Ends with a line end. */
  String markdown() {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Math.max(3, row.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append('|');
      for (int i = 0; i < widths.length; i++) {
        String blank = " ".repeat(widths[i] - row.get(i).length());
        text.append(' ').append(right(i) ? blank + row.get(i) : row.get(i) + blank).append(" |");
      }
      text.append('\n');
      if (row == rows.get(0)) {
        text.append('|');
        for (int i = 0; i < widths.length; i++) {
          text.append('-').append("-".repeat(widths[i])).append(right(i) ? ":|" : "-|");
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  private boolean right(int column) {
    return numbers && column > 0;
  }
}
