// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the demo prints on: headings, rows, notes. One thread. */
public final class Page {
  private static final int WIDTH = 92;
  private static final String INDENT = "  ";

  private final PrintWriter out;
  private final boolean colours;
  private final boolean unicode;
  private int act;

  /**
   * @param colours whether a person looks on, at a terminal that shows colours
   * @param unicode whether lines and arrows can be shown
   */
  public Page(PrintWriter out, boolean colours, boolean unicode) {
    this.out = out;
    this.colours = colours;
    this.unicode = unicode;
  }

  boolean unicode() {
    return unicode;
  }

  String arrow() {
    return unicode ? "→" : "->";
  }

  /** Begins an act; a person gets the time to read the one before. */
  void act(String title) {
    breathe(1500);
    String head = "Act " + ++act + "  " + title + " ";
    line("");
    line(
        style("1;36", head)
            + dim((unicode ? "─" : "-").repeat(Math.max(3, WIDTH - head.length()))));
  }

  void line(String text) {
    out.println(text.stripTrailing());
  }

  void row(String text) {
    line(INDENT + text);
  }

  /** What a person should notice. */
  void notice(String text) {
    line("");
    String mark = unicode ? "▸ " : "> ";
    for (String part : wrap(text)) {
      row(bold(mark + part));
      mark = INDENT;
    }
  }

  /** Something that the demo does to the services. */
  void event(String text) {
    row(style("33", (unicode ? "● " : "* ") + text));
  }

  String good(String text) {
    return style("32", text);
  }

  String bad(String text) {
    return style("31", text);
  }

  String dim(String text) {
    return style("2", text);
  }

  String bold(String text) {
    return style("1", text);
  }

  /** Green for a success, red for what is none. */
  String outcome(String word) {
    return word.startsWith("2") ? good(word) : bad(word);
  }

  private String style(String code, String text) {
    return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() + word.length() >= WIDTH - 6) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** A pause for the reader; none if the output is not a terminal. */
  void breathe(long millis) {
    if (colours) {
      try {
        TimeUnit.MILLISECONDS.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
