// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import java.util.List;
import java.util.Map;

/**
 * What a document says, with where it says it. An alias is the node of its anchor, so a node may
 * stand in several places and knows no path.
 */
public sealed interface Node {
  /** From 1. */
  int line();

  /** From 1. */
  int column();

  /** How many values it holds when every alias is written out, itself included. */
  long size();

  /** For messages: "a list". */
  String kind();

  /**
   * A value as it is written.
   *
   * @param text without quotes; empty for null
   */
  record Scalar(int line, int column, String text) implements Node {
    @Override
    public long size() {
      return 1;
    }

    @Override
    public String kind() {
      return text.isEmpty() ? "nothing" : "a single value";
    }
  }

  /**
   * Keys and values.
   *
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
