// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import io.inboard.settings.document.Document.Unreadable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Translates the messages of SnakeYAML into words for the person who wrote the file. */
final class YamlErrors {
  private YamlErrors() {}

  static Unreadable of(MarkedYAMLException e) {
    Mark at = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
    int line = at == null ? 0 : at.getLine() + 1;
    int column = at == null ? 0 : at.getColumn() + 1;
    String problem = e.getProblem() == null ? text(e.getContext()) : text(e.getProblem());
    String context = text(e.getContext());
    Mark begin = e.getContextMark();
    if (problem.contains("\\t")) {
      return new Unreadable(
          line,
          column,
          "a tab stands where only blanks may stand",
          "YAML is indented with spaces, not with tabs");
    }
    if (problem.startsWith("expected <block end>") && !problem.contains("start>'")) {
      return new Unreadable(
          line,
          column,
          "a key was expected here, but was " + found(problem),
          "a quote may be missing in this line or above it");
    }
    if (problem.startsWith("expected <block end>") && begin != null) {
      return new Unreadable(
          line,
          column,
          "the indentation does not fit: this line begins in column "
              + column
              + ", and the "
              + (context.contains("collection") ? "list" : "mapping")
              + " that it would belong to (line "
              + (begin.getLine() + 1)
              + ") in column "
              + (begin.getColumn() + 1),
          "keys of one mapping, and items of one list, begin in the same column");
    }
    if (problem.startsWith("expected ',' or") && begin != null) {
      boolean list = problem.contains("']'");
      return new Unreadable(
          line,
          column,
          "the "
              + (list ? "[" : "{")
              + " of line "
              + (begin.getLine() + 1)
              + ", column "
              + (begin.getColumn() + 1)
              + ", is not closed by "
              + (list ? "]" : "}")
              + " before "
              + found(problem),
          "a text with brackets, braces or ': ' needs quotes: \"${NAME}\"");
    }
    if (context.contains("quoted scalar") && begin != null) {
      return new Unreadable(
          line,
          column,
          "the text in quotes that begins in line " + (begin.getLine() + 1) + " is not closed",
          "");
    }
    if (problem.contains("could not find expected ':'") && begin != null) {
      return new Unreadable(
          begin.getLine() + 1,
          begin.getColumn() + 1,
          "a key without ':'",
          "write 'key: value'; a list's items begin with '- '");
    }
    if (problem.contains("mapping values are not allowed")) {
      return new Unreadable(
          line,
          column,
          "a second ':' in one line, or a key that is indented deeper than its neighbours",
          "check the indentation, and quote a text that holds ': '");
    }
    return new Unreadable(line, column, "cannot be parsed: " + problem, "");
  }

  /** What stands behind "but got" or "but found", as the file has it. */
  private static String found(String problem) {
    int got = Math.max(problem.indexOf("but got "), problem.indexOf("but found "));
    String token = got < 0 ? "" : problem.substring(problem.indexOf(' ', got + 4) + 1);
    return token.isEmpty() || token.startsWith("<") || token.startsWith("'<")
        ? "something else"
        : "'" + token.replace("'", "") + "'";
  }

  private static String text(String message) {
    return message == null ? "" : message.replaceAll("\\s+", " ").strip();
  }
}
