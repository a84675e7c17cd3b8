// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;

/** Turns YAML or JSON into located nodes; what is read is bounded in size, depth and aliases. */
final class Document {
  /** Of settings, in bytes when they are fetched and in characters here. */
  static final int MAX_SIZE = 16 * 1024 * 1024;

  private static final int MAX_DEPTH = 50;
  private static final long MAX_VALUES = 200_000;
  private static final Pattern MARK =
      Pattern.compile("in '[^']*', line (\\d{1,9}), column (\\d{1,9}):");
  private static final StreamReadConstraints BOUNDS =
      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build();

  private final JsonParser parser;
  private final Problem.Collector problems;
  private final Map<String, Node> anchors = new HashMap<>();

  private Document(JsonParser parser, Problem.Collector problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /** The root; empty if there is none or if it cannot be parsed, which the collector then says. */
  static Optional<Node> parse(String text, String sourceName, Problem.Collector problems) {
    if (text.length() > MAX_SIZE) {
      problems.add(new Problem("", 0, 0, "is larger than 16 MiB", "settings are a few kilobytes"));
      return Optional.empty();
    }
    String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (content.stripLeading().startsWith("{")) {
      // JSON, or a YAML mapping in braces: YAML's parser takes no tab between tokens, JSON's takes
      // no bare word.
      Problem.Collector ofJson = new Problem.Collector();
      Optional<Node> json = parse(content, false, ofJson);
      if (ofJson.isEmpty() || sourceName.endsWith(".json")) {
        ofJson.sorted().forEach(problems::add);
        return json;
      }
    }
    return parse(content, true, problems);
  }

  private static Optional<Node> parse(String text, boolean yaml, Problem.Collector problems) {
    try (JsonParser parser = yaml ? yaml().createParser(text) : json().createParser(text)) {
      return new Document(parser, problems).root();
    } catch (JsonProcessingException e) {
      problems.add(explain(e));
    } catch (IOException e) {
      problems.add(new Problem("", 0, 0, "cannot be read: " + e.getMessage(), ""));
    }
    return Optional.empty();
  }

  private static JsonFactory json() {
    return JsonFactory.builder().streamReadConstraints(BOUNDS).build();
  }

  private static YAMLFactory yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_SIZE);
    options.setNestingDepthLimit(MAX_DEPTH);
    return YAMLFactory.builder().loaderOptions(options).streamReadConstraints(BOUNDS).build();
  }

  private Optional<Node> root() throws IOException {
    if (parser.nextToken() == null) {
      return Optional.empty();
    }
    Node root = node();
    if (parser.nextToken() != null) {
      report("", "a second document begins here", "settings are one document: remove the '---'");
    }
    return Optional.of(root);
  }

  /** The node that begins at the current token; leaves the parser at its last token. */
  private Node node() throws IOException {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      Node target = anchors.get(parser.getText());
      if (target == null) {
        report("", "the alias *" + parser.getText() + " has no anchor before it", "");
        return scalar(Node.Type.NULL, "");
      }
      return target;
    }
    Object anchor = parser.getObjectId();
    Node node =
        switch (parser.currentToken()) {
          case START_OBJECT -> mapping();
          case START_ARRAY -> sequence();
          case VALUE_NULL -> scalar(Node.Type.NULL, "");
          case VALUE_TRUE, VALUE_FALSE -> scalar(Node.Type.BOOLEAN, parser.getText());
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(Node.Type.NUMBER, parser.getText());
          default -> scalar(Node.Type.TEXT, parser.getText());
        };
    if (anchor != null) {
      anchors.put(anchor.toString(), node);
    }
    return node;
  }

  private Node scalar(Node.Type type, String text) {
    JsonLocation at = parser.currentTokenLocation();
    return new Node.Scalar(at.getLineNr(), at.getColumnNr(), type, text);
  }

  private Node sequence() throws IOException {
    JsonLocation at = parser.currentTokenLocation();
    List<Node> items = new ArrayList<>();
    long size = 1;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Node item = node();
      size = bounded(size + item.size());
      items.add(item);
    }
    return new Node.Sequence(at.getLineNr(), at.getColumnNr(), size, items);
  }

  private Node mapping() throws IOException {
    JsonLocation at = parser.currentTokenLocation();
    Map<String, Node.Entry> entries = new LinkedHashMap<>();
    List<Node> merged = new ArrayList<>();
    long size = 1;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonLocation keyAt = parser.currentTokenLocation();
      parser.nextToken();
      Node value = node();
      size = bounded(size + value.size());
      Node.Entry entry = new Node.Entry(keyAt.getLineNr(), keyAt.getColumnNr(), value);
      if (key.equals("<<") && parser instanceof YAMLParser) {
        merged.add(value);
      } else {
        Node.Entry first = entries.putIfAbsent(key, entry);
        if (first != null) {
          problems.add(
              new Problem(
                  key,
                  entry.line(),
                  entry.column(),
                  "the key stands twice in one mapping",
                  "first in line " + first.line()));
        }
      }
    }
    for (Node source : merged) {
      merge(source, entries);
    }
    return new Node.Mapping(at.getLineNr(), at.getColumnNr(), size, entries);
  }

  /** YAML's merge key: what the mapping itself says wins, then the first source. */
  private void merge(Node source, Map<String, Node.Entry> into) {
    if (source instanceof Node.Mapping mapping) {
      mapping.entries().forEach(into::putIfAbsent);
    } else if (source instanceof Node.Sequence sequence) {
      for (Node item : sequence.items()) {
        if (item instanceof Node.Mapping mapping) {
          mapping.entries().forEach(into::putIfAbsent);
        } else {
          notMergeable(item);
        }
      }
    } else {
      notMergeable(source);
    }
  }

  private void notMergeable(Node node) {
    problems.add(
        new Problem(
            "<<", node.line(), node.column(), "merges mappings, and this is " + node.kind(), ""));
  }

  private long bounded(long size) throws IOException {
    if (size > MAX_VALUES) {
      throw new IOException("more than " + MAX_VALUES + " values, aliases written out");
    }
    return size;
  }

  private void report(String path, String message, String hint) {
    JsonLocation at = parser.currentTokenLocation();
    problems.add(new Problem(path, at.getLineNr(), at.getColumnNr(), message, hint));
  }

  private static Problem explain(JsonProcessingException e) {
    String message = e.getOriginalMessage() == null ? "cannot be parsed" : e.getOriginalMessage();
    String first = message.lines().findFirst().orElse("cannot be parsed").strip();
    JsonLocation at = e.getLocation();
    int line = at == null ? 0 : Math.max(0, at.getLineNr());
    int column = at == null ? 0 : Math.max(0, at.getColumnNr());
    // Jackson's location is that of the context; the problem's own is the last one in the text.
    Matcher mark = MARK.matcher(message);
    while (mark.find()) {
      line = Integer.parseInt(mark.group(1));
      column = Integer.parseInt(mark.group(2));
    }
    // SnakeYAML's message has the context first ("while parsing a block mapping") and the problem
    // in a later line.
    String problem =
        message
            .lines()
            .map(String::strip)
            .filter(
                l ->
                    l.startsWith("found ")
                        || l.startsWith("expected ")
                        || l.startsWith("mapping values")
                        || l.startsWith("could not "))
            .findFirst()
            .orElse(first);
    return new Problem("", line, column, "cannot be parsed: " + problem, hint(message));
  }

  private static String hint(String message) {
    if (message.contains("\\t(TAB)") || message.contains("\\t")) {
      return "YAML is indented with spaces, not with tabs";
    }
    if (message.contains("mapping values are not allowed")) {
      return "check the indentation, and quote a text that holds ': '";
    }
    if (message.contains("nesting depth") || message.contains("Nesting Depth")) {
      return "no setting is nested that deep";
    }
    if (message.contains("expected ',' or")) {
      return "a bracket is not closed, or a text with { } needs quotes: \"${NAME}\"";
    }
    return "";
  }
}
