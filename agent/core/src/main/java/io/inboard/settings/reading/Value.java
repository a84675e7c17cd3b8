// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.document.Node;
import io.inboard.settings.document.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One value at one path, asked for as what it should be. Whatever it is not becomes a problem and
 * an empty answer, so that reading goes on and finds the next problem.
 */
final class Value {
  private final Node node;
  private final Position position;
  private final Expansion expansion;
  private final Problem.Collector problems;

  Value(Node node, Position position, Expansion expansion, Problem.Collector problems) {
    this.node = node;
    this.position = position;
    this.expansion = expansion;
    this.problems = problems;
  }

  String path() {
    return position.toString();
  }

  boolean isNull() {
    return node instanceof Node.Scalar scalar && scalar.text().isEmpty();
  }

  boolean isScalar() {
    return node instanceof Node.Scalar;
  }

  boolean isMapping() {
    return node instanceof Node.Mapping;
  }

  boolean isList() {
    return node instanceof Node.Sequence;
  }

  void problem(String message, String hint) {
    problems.add(new Problem(path(), node.line(), node.column(), message, hint));
  }

  /** A scalar's text, expanded and without blanks around it; never empty text. */
  Optional<String> text() {
    if (!(node instanceof Node.Scalar scalar)) {
      problem("must be one value, but was " + node.kind(), Examples.word(path(), node));
      return Optional.empty();
    }
    String text;
    try {
      text = expansion.expand(scalar.text()).strip();
    } catch (Expansion.Undefined e) {
      problem(e.getMessage(), "set it, or give a default: ${NAME:default}");
      return Optional.empty();
    }
    if (text.isEmpty()) {
      problem("has no value", "give it one or remove the key");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  Optional<Boolean> bool() {
    Optional<String> text = text();
    if (text.isPresent()) {
      if (text.get().equalsIgnoreCase("true") || text.get().equalsIgnoreCase("false")) {
        return Optional.of(Boolean.parseBoolean(text.get()));
      }
      problem("must be true or false, but was " + shown(), "");
    }
    return Optional.empty();
  }

  Optional<Integer> integer(int least, int most) {
    Optional<Long> whole = whole(least, most);
    return whole.isEmpty() ? Optional.empty() : Optional.of(Math.toIntExact(whole.get()));
  }

  Optional<Long> whole(long least, long most) {
    Optional<String> text = text();
    return text.isEmpty() ? Optional.empty() : whole(text.get(), least, most, "");
  }

  /** {@code 20}, {@code 20%}, or as Istio writes some: {@code {value: 20}}. */
  Optional<Integer> wholePercent(int least, int most) {
    Optional<String> text = percentText();
    Optional<Long> whole =
        text.isEmpty() ? Optional.empty() : whole(text.get(), least, most, " percent");
    return whole.isEmpty() ? Optional.empty() : Optional.of(Math.toIntExact(whole.get()));
  }

  private Optional<Long> whole(String text, long least, long most, String unit) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return Optional.of(value);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    problem(
        "must be a whole number from " + least + " to " + most + unit + ", but was " + shown(), "");
    return Optional.empty();
  }

  Optional<Double> number(double least, double most) {
    Optional<String> text = text();
    return text.isEmpty() ? Optional.empty() : number(text.get(), least, most, "");
  }

  /** {@code 0.5}, {@code 0.5%}, or as Istio writes some: {@code {value: 0.5}}. */
  Optional<Double> percent(double least, double most) {
    Optional<String> text = percentText();
    return text.isEmpty() ? Optional.empty() : number(text.get(), least, most, " percent");
  }

  private Optional<String> percentText() {
    Optional<String> text;
    if (node instanceof Node.Mapping) {
      Section section = section();
      text = section.requiredText("value", "{value: 10}");
      section.end();
    } else {
      text = text();
    }
    return text.isPresent() && text.get().endsWith("%")
        ? Optional.of(text.get().substring(0, text.get().length() - 1).strip())
        : text;
  }

  private Optional<Double> number(String text, double least, double most, String unit) {
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return Optional.of(value);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    problem(
        "must be a number from "
            + bound(least)
            + " to "
            + bound(most)
            + unit
            + ", but was "
            + shown(),
        "");
    return Optional.empty();
  }

  private static String bound(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  Optional<Duration> duration(Duration least, Duration most) {
    Optional<String> text = text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> duration = Durations.parse(text.get());
    if (duration.isEmpty()) {
      boolean bare = text.get().chars().allMatch(Character::isDigit);
      problem(
          "must be a duration, but was " + shown(),
          bare
              ? "with a unit: " + text.get() + "s or " + text.get() + "ms"
              : "such as 1h, 1m, 1s, 1ms, 1m30s");
      return Optional.empty();
    }
    if (duration.get().compareTo(least) < 0 || duration.get().compareTo(most) > 0) {
      problem(
          "must be from "
              + Durations.format(least)
              + " to "
              + Durations.format(most)
              + ", but was "
              + shown(),
          "");
      return Optional.empty();
    }
    return duration;
  }

  /**
   * One of the words.
   *
   * @param notYet words that a later version will know
   */
  <T> Optional<T> choice(Map<String, T> words, Collection<String> notYet) {
    Optional<String> text = text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    T chosen = words.get(text.get());
    if (chosen != null) {
      return Optional.of(chosen);
    }
    String all = String.join(", ", words.keySet());
    if (notYet.contains(text.get())) {
      problem(shown() + " is not supported by this version yet", "known: " + all);
    } else {
      problem(
          "must be one of " + all + ", but was " + shown(),
          Nearest.of(text.get(), words.keySet()).map(w -> "did you mean " + w + "?").orElse(""));
    }
    return Optional.empty();
  }

  /** The constants of an enum by their names, in their order. */
  static <E extends Enum<E>> Map<String, E> words(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(constant.name(), constant);
    }
    return words;
  }

  /** The same, in lower case. */
  static <E extends Enum<E>> Map<String, E> lowerCase(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    return words;
  }

  /** A list's values; a problem and none if it is something else. */
  List<Value> items() {
    if (!(node instanceof Node.Sequence sequence)) {
      problem(
          isNull() ? "has no value" : "must be a list, but was " + node.kind(),
          isNull()
              ? "give it one or remove the key"
              : "write [a, b] or one line with '- ' for each");
      return List.of();
    }
    List<Value> items = new ArrayList<>(sequence.items().size());
    for (Node item : sequence.items()) {
      items.add(new Value(item, position.item(items.size()), expansion, problems));
    }
    return items;
  }

  /** A mapping's keys; a problem and an empty one if it is something else. */
  Section section() {
    if (node instanceof Node.Mapping mapping) {
      return new Section(mapping, position, expansion, problems);
    }
    problem(
        isNull() ? "has no value" : "must be a mapping (key: value), but was " + node.kind(),
        isNull() ? "give it one or remove the key" : Examples.section(path(), isList()));
    return new Section(
        new Node.Mapping(node.line(), node.column(), 1, Map.of()), position, expansion, problems);
  }

  /** As the file has it: an expanded variable may be a secret. */
  String shown() {
    if (!(node instanceof Node.Scalar scalar)) {
      return node.kind();
    }
    String text = scalar.text();
    return "'" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "'";
  }
}
