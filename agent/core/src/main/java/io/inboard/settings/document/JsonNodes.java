// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.inboard.settings.document.Document.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON into located nodes, by Jackson's streaming parser. */
final class JsonNodes {
  private final JsonParser parser;
  private final Problem.Collector problems;

  private JsonNodes(JsonParser parser, Problem.Collector problems) {
    this.parser = parser;
    this.problems = problems;
  }

  static Optional<Node> read(String text, Problem.Collector problems) throws Unreadable {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      Node root = new JsonNodes(parser, problems).node(1);
      if (parser.nextToken() != null) {
        JsonLocation at = parser.currentTokenLocation();
        throw new Unreadable(at.getLineNr(), at.getColumnNr(), "goes on after its end", "");
      }
      return Optional.of(root);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new Unreadable(
          at == null ? 0 : Math.max(0, at.getLineNr()),
          at == null ? 0 : Math.max(0, at.getColumnNr()),
          "cannot be parsed: " + e.getOriginalMessage().replaceAll("\\s+", " "),
          "");
    } catch (IOException e) {
      throw new Unreadable(0, 0, "cannot be read: " + e.getMessage(), "");
    }
  }

  /** The node that begins at the current token; leaves the parser at its last token. */
  private Node node(int depth) throws IOException, Unreadable {
    JsonLocation at = parser.currentTokenLocation();
    int line = at.getLineNr();
    int column = at.getColumnNr();
    Document.checkDepth(depth, line, column);
    long size = 1;
    switch (parser.currentToken()) {
      case START_ARRAY -> {
        List<Node> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Node item = node(depth + 1);
          size = Document.sum(size, item);
          items.add(item);
        }
        return new Node.Sequence(line, column, size, items);
      }
      case START_OBJECT -> {
        Document.Keys keys = new Document.Keys(problems);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          JsonLocation keyAt = parser.currentTokenLocation();
          parser.nextToken();
          Node value = node(depth + 1);
          size = Document.sum(size, value);
          keys.put(key, new Node.Entry(keyAt.getLineNr(), keyAt.getColumnNr(), value));
        }
        return new Node.Mapping(line, column, size, keys.entries());
      }
      case VALUE_NULL -> {
        return new Node.Scalar(line, column, "");
      }
      default -> {
        return new Node.Scalar(line, column, parser.getText());
      }
    }
  }
}
