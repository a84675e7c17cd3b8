// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Turns YAML or JSON into located nodes; what is read is bounded in size, depth and aliases. */
public final class Document {
  /** Of settings, in bytes when they are fetched and in characters here. */
  public static final int MAX_SIZE = 16 * 1024 * 1024;

  static final int MAX_DEPTH = 50;

  /** More than 16 MiB hold without aliases, a few values a line. */
  private static final long MAX_VALUES = 1_000_000;

  private Document() {}

  /**
   * The root; empty if there is none or if it cannot be parsed, which the collector then says.
   *
   * @param sourceName for messages; one that ends in {@code .json} is read as JSON only
   */
  public static Optional<Node> parse(String text, String sourceName, Problem.Collector problems) {
    if (text.length() > MAX_SIZE) {
      problems.add(new Problem("", 0, 0, "is larger than 16 MiB", "settings are a few kilobytes"));
      return Optional.empty();
    }
    String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (content.stripLeading().startsWith("{")) {
      // JSON, or a YAML mapping in braces: YAML takes no tab between tokens, JSON no bare word.
      Problem.Collector ofJson = new Problem.Collector();
      Optional<Node> json = json(content, ofJson);
      if (ofJson.isEmpty() || sourceName.endsWith(".json")) {
        ofJson.sorted().forEach(problems::add);
        return json;
      }
    }
    try {
      return YamlNodes.read(content, problems);
    } catch (Unreadable e) {
      problems.add(e.problem);
      return Optional.empty();
    }
  }

  private static Optional<Node> json(String text, Problem.Collector problems) {
    try {
      return JsonNodes.read(text, problems);
    } catch (Unreadable e) {
      problems.add(e.problem);
      return Optional.empty();
    }
  }

  /** Reading cannot go on. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    Unreadable(int line, int column, String message, String hint) {
      super(message, null, false, false);
      this.problem = new Problem("", line, column, message, hint);
    }
  }

  /**
   * The size of a node that holds two parts; refuses a document that its aliases make too large.
   */
  static long sum(long size, Node part) throws Unreadable {
    long sum = size + part.size();
    if (sum > MAX_VALUES) {
      throw new Unreadable(
          part.line(),
          part.column(),
          "holds more than " + MAX_VALUES + " values when its aliases are written out",
          "");
    }
    return sum;
  }

  static void checkDepth(int depth, int line, int column) throws Unreadable {
    if (depth > MAX_DEPTH) {
      throw new Unreadable(
          line, column, "is nested deeper than " + MAX_DEPTH, "no setting is nested that deep");
    }
  }

  /** The keys of one mapping as they are read. */
  static final class Keys {
    private final Map<String, Node.Entry> entries = new LinkedHashMap<>();
    private final Problem.Collector problems;

    Keys(Problem.Collector problems) {
      this.problems = problems;
    }

    void put(String key, Node.Entry entry) {
      Node.Entry first = entries.putIfAbsent(key, entry);
      if (first != null) {
        problems.add(
            new Problem(
                key.length() > 60 ? key.substring(0, 60) + "..." : key,
                entry.line(),
                entry.column(),
                "duplicate key",
                "first in line " + first.line()));
      }
    }

    Map<String, Node.Entry> entries() {
      return entries;
    }
  }
}
