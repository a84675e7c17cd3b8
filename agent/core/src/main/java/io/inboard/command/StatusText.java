// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import java.util.List;
import java.util.Map;

/** The status as a person reads it: names and values, one a line, parts indented. */
final class StatusText {
  private final StringBuilder out = new StringBuilder();

  private StatusText() {}

  static String of(String json) {
    StatusText text = new StatusText();
    text.write(JsonTree.parse(json).value(), 0);
    return text.out.toString().stripTrailing();
  }

  private void write(Object value, int depth) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, member) -> member(String.valueOf(name), member, depth));
    } else if (value instanceof List<?> list) {
      for (Object element : list) {
        if (isFlat(element)) {
          line(depth, "- " + element);
        } else {
          int from = out.length();
          write(element, depth + 1);
          // The first line of an element carries its dash.
          out.setCharAt(from + depth * 2, '-');
        }
      }
    } else {
      line(depth, String.valueOf(value));
    }
  }

  private void member(String name, Object value, int depth) {
    if (isFlat(value)) {
      if (!String.valueOf(value).isEmpty()) {
        line(depth, name + ": " + value);
      }
    } else if (!(value instanceof List<?> list && list.isEmpty())) {
      line(depth, name + ":");
      write(value, depth + 1);
    }
  }

  private static boolean isFlat(Object value) {
    return !(value instanceof Map) && !(value instanceof List);
  }

  private void line(int depth, String text) {
    out.append("  ".repeat(depth)).append(text).append('\n');
  }
}
