// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.List;
import java.util.Map;

/**
 * What a document says, with where it says it. An alias is the node of its anchor, so a node may
 * stand in several places and knows no path.
 */
sealed interface Node {
  /** From 1. */
  int line();

  /** From 1. */
  int column();

  /** How many values it holds when every alias is written out, itself included. */
  long size();

  /** For messages: "a list". */
  String kind();

  /**
   * @param text as written, without quotes; empty for null
   */
  record Scalar(int line, int column, Type type, String text) implements Node {
    @Override
    public long size() {
      return 1;
    }

    @Override
    public String kind() {
      return switch (type) {
        case NULL -> "nothing";
        case TEXT -> text.isEmpty() ? "nothing" : "text";
        case NUMBER -> "a number";
        case BOOLEAN -> "true or false";
      };
    }
  }

  /** How a scalar was written. */
  enum Type {
    NULL,
    TEXT,
    NUMBER,
    BOOLEAN
  }

  /**
   * @param entries in the order of the file
   */
  record Mapping(int line, int column, long size, Map<String, Entry> entries) implements Node {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** One key of a mapping and where the key stands. */
  record Entry(int line, int column, Node value) {}

  /** A list. */
  record Sequence(int line, int column, long size, List<Node> items) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }
}
