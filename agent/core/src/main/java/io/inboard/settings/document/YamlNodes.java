// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import io.inboard.settings.document.Document.Unreadable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * YAML into located nodes, by the events of SnakeYAML, which Jackson's YAML parser is made of. Not
 * by Jackson's parser itself: it resolves the types of scalars, for which SnakeYAML loads java.sql,
 * for which JDK 17 opens the default file system, and all that before the application's main
 * method. YAML's types are ignored; each setting parses its own text.
 */
final class YamlNodes {
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

  private final ParserImpl parser;
  private final Problem.Collector problems;
  private final Map<String, Node> anchors = new HashMap<>();

  private YamlNodes(ParserImpl parser, Problem.Collector problems) {
    this.parser = parser;
    this.problems = problems;
  }

  static Optional<Node> read(String text, Problem.Collector problems) throws Unreadable {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setCodePointLimit(Document.MAX_SIZE);
      return new YamlNodes(new ParserImpl(new StreamReader(text), options), problems).root();
    } catch (MarkedYAMLException e) {
      throw YamlErrors.of(e);
    } catch (YAMLException e) {
      throw new Unreadable(0, 0, "cannot be parsed: " + oneLine(e.getMessage()), "");
    }
  }

  private Optional<Node> root() throws Unreadable {
    parser.getEvent();
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      return Optional.empty();
    }
    parser.getEvent();
    Node root = node(1);
    parser.getEvent();
    if (!parser.checkEvent(Event.ID.StreamEnd)) {
      Mark at = parser.peekEvent().getStartMark();
      problems.add(
          new Problem(
              "",
              at.getLine() + 1,
              at.getColumn() + 1,
              "a second document begins here",
              "settings are one document: remove the '---'"));
    }
    return Optional.of(root);
  }

  private Node node(int depth) throws Unreadable {
    Event event = parser.getEvent();
    int line = event.getStartMark().getLine() + 1;
    int column = event.getStartMark().getColumn() + 1;
    Document.checkDepth(depth, line, column);
    String anchor = event instanceof NodeEvent named ? named.getAnchor() : null;
    if (event instanceof AliasEvent) {
      Node target = anchors.get(anchor);
      if (target == null) {
        throw new Unreadable(line, column, "the alias *" + anchor + " has no anchor before it", "");
      }
      return target;
    }
    Node node;
    if (event instanceof ScalarEvent scalar) {
      boolean nothing = scalar.isPlain() && NULLS.contains(scalar.getValue());
      node = new Node.Scalar(line, column, nothing ? "" : scalar.getValue());
    } else if (event instanceof SequenceStartEvent) {
      node = sequence(line, column, depth);
    } else if (event instanceof MappingStartEvent) {
      node = mapping(line, column, depth);
    } else {
      throw new Unreadable(line, column, "cannot be parsed", "");
    }
    if (anchor != null) {
      anchors.put(anchor, node);
    }
    return node;
  }

  private Node sequence(int line, int column, int depth) throws Unreadable {
    List<Node> items = new ArrayList<>();
    long size = 1;
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      Node item = node(depth + 1);
      size = Document.sum(size, item);
      items.add(item);
    }
    parser.getEvent();
    return new Node.Sequence(line, column, size, items);
  }

  private Node mapping(int line, int column, int depth) throws Unreadable {
    Document.Keys keys = new Document.Keys(problems);
    List<Node> merged = new ArrayList<>();
    long size = 1;
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Node key = node(depth + 1);
      if (!(key instanceof Node.Scalar scalar)) {
        throw new Unreadable(
            key.line(),
            key.column(),
            "a key must be a word, but was " + key.kind(),
            "a text with { } needs quotes: \"${NAME}\"");
      }
      Node value = node(depth + 1);
      size = Document.sum(size, value);
      if (scalar.text().equals("<<")) {
        merged.add(value);
      } else {
        keys.put(scalar.text(), new Node.Entry(key.line(), key.column(), value));
      }
    }
    parser.getEvent();
    for (Node source : merged) {
      merge(source, keys.entries());
    }
    return new Node.Mapping(line, column, size, keys.entries());
  }

  /** YAML's merge key: what the mapping itself says wins, then the first source. */
  private void merge(Node source, Map<String, Node.Entry> into) {
    List<Node> sources =
        source instanceof Node.Sequence sequence ? sequence.items() : List.of(source);
    for (Node one : sources) {
      if (one instanceof Node.Mapping mapping) {
        mapping.entries().forEach(into::putIfAbsent);
      } else {
        problems.add(
            new Problem(
                "<<", one.line(), one.column(), "merges mappings, but this is " + one.kind(), ""));
      }
    }
  }

  private static String oneLine(String message) {
    return message == null ? "malformed" : message.replaceAll("\\s+", " ").strip();
  }
}
