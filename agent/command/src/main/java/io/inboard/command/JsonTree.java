// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON read into maps and lists, to be looked at; nothing in it is ever null. */
public record JsonTree(Object value) {
  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException if it is not JSON
   */
  public static JsonTree parse(String text) {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      json.nextToken();
      return new JsonTree(read(json));
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }

  private static Object read(JsonParser json) throws IOException {
    switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          object.put(name, read(json));
        }
        return object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(json));
        }
        return array;
      }
      default -> {
        return json.currentToken() == JsonToken.VALUE_NULL ? "" : json.getText();
      }
    }
  }

  /** A member; an empty text if there is none. */
  public JsonTree get(String name) {
    return new JsonTree(
        value instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : "");
  }

  /** The members' names in their order; none if this is no object. */
  public List<String> keys() {
    return value instanceof Map<?, ?> map
        ? map.keySet().stream().map(String::valueOf).toList()
        : List.of();
  }

  /** The elements; none if this is no array. */
  public List<JsonTree> elements() {
    return value instanceof List<?> list ? list.stream().map(JsonTree::new).toList() : List.of();
  }

  /** A scalar as text. */
  public String text() {
    return String.valueOf(value);
  }

  /** Whether it is {@code true}. */
  public boolean isTrue() {
    return text().equals("true");
  }

  /** Whether there is nothing in it. */
  public boolean isEmpty() {
    return text().isEmpty() || (value instanceof List<?> list && list.isEmpty());
  }
}
