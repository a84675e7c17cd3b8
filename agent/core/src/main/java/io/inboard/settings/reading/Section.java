// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.document.Node;
import io.inboard.settings.document.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One mapping, asked key by key; {@link #end} then refuses all other keys. A key is known because
 * the reader asks for it, so there is no second list of known keys.
 */
final class Section {
  /** What is wrong with a key that the reader did not ask for. */
  static final String UNKNOWN = "is an unknown key";

  /** What is wrong with a key that is announced only. */
  static final String NOT_YET = "is not supported by this version yet";

  private final Node.Mapping node;
  private final Position position;
  private final Expansion expansion;
  private final Problem.Collector problems;

  /** A few, each once: to look through them costs less than to hash them. */
  private final List<String> known;

  private final List<String> notYet;

  /** Where keys may stand as well. */
  private final Optional<Section> inner;

  Section(Node.Mapping node, Position position, Expansion expansion, Problem.Collector problems) {
    this.node = node;
    this.position = position;
    this.expansion = expansion;
    this.problems = problems;
    this.known = new ArrayList<>(0);
    this.notYet = new ArrayList<>(0);
    this.inner = Optional.empty();
  }

  private Section(Section outer, Section inner) {
    this.node = outer.node;
    this.position = outer.position;
    this.expansion = outer.expansion;
    this.problems = outer.problems;
    this.known = outer.known;
    this.notYet = outer.notYet;
    this.inner = Optional.of(inner);
  }

  /**
   * This section, whose keys may stand in another one, too (Istio nests what is flat here); a key
   * in both is a problem. Each of the two is to be ended.
   */
  Section or(Section other) {
    return new Section(this, other);
  }

  Optional<Value> value(String key) {
    know(key);
    Optional<Value> there = inner.isPresent() ? inner.get().value(key) : Optional.empty();
    Node.Entry entry = node.entries().get(key);
    if (entry == null) {
      return there;
    }
    Value here = new Value(entry.value(), position.child(key), expansion, problems);
    if (there.isPresent()) {
      there.get().problem("stands in " + here.path() + " already", "remove one of the two");
    }
    return Optional.of(here);
  }

  /**
   * A section that may be left out, or left without a value ({@code service:}): it is then empty.
   */
  Section section(String key) {
    Optional<Value> value = value(key);
    return value.isEmpty() || value.get().isNull()
        ? new Section(
            new Node.Mapping(node.line(), node.column(), 1, Map.of()),
            position.child(key),
            expansion,
            problems)
        : value.get().section();
  }

  /** Whether the key is present; it then counts as known. */
  boolean has(String key) {
    know(key);
    return node.entries().containsKey(key) || (inner.isPresent() && inner.get().has(key));
  }

  boolean isEmpty() {
    return node.entries().isEmpty();
  }

  /** All keys with their values, for mappings whose keys are data. */
  Map<String, Value> all() {
    Map<String, Value> all = new LinkedHashMap<>();
    for (String key : node.entries().keySet()) {
      all.put(key, value(key).orElseThrow());
    }
    return all;
  }

  /** A section that switches something on by being there, be it {@code {}}; null switches off. */
  Optional<Section> given(String key) {
    Optional<Value> value = value(key);
    return value.isEmpty() || value.get().isNull()
        ? Optional.empty()
        : Optional.of(value.get().section());
  }

  /** A value that must be there. */
  Optional<Value> required(String key, String hint) {
    Optional<Value> value = value(key);
    if (value.isEmpty()) {
      problem("the key '" + key + "' is missing", hint);
    }
    return value;
  }

  /** The text of a value that must be there. */
  Optional<String> requiredText(String key, String hint) {
    Optional<Value> value = required(key, hint);
    return value.isEmpty() ? Optional.empty() : value.get().text();
  }

  Optional<String> text(String key) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().text();
  }

  String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  Optional<Boolean> bool(String key) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().bool();
  }

  boolean bool(String key, boolean otherwise) {
    return bool(key).orElse(otherwise);
  }

  Optional<Integer> integer(String key, int least, int most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().integer(least, most);
  }

  int integer(String key, int otherwise, int least, int most) {
    return integer(key, least, most).orElse(otherwise);
  }

  long whole(String key, long otherwise, long least, long most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? otherwise : value.get().whole(least, most).orElse(otherwise);
  }

  double number(String key, double otherwise, double least, double most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? otherwise : value.get().number(least, most).orElse(otherwise);
  }

  /** See {@link Value#percent}. */
  double percent(String key, double otherwise, double least, double most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? otherwise : value.get().percent(least, most).orElse(otherwise);
  }

  /** A percentage without a fraction. */
  int wholePercent(String key, int otherwise, int least, int most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? otherwise : value.get().wholePercent(least, most).orElse(otherwise);
  }

  Optional<Duration> duration(String key, Duration least, Duration most) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().duration(least, most);
  }

  Duration duration(String key, Duration otherwise, Duration least, Duration most) {
    return duration(key, least, most).orElse(otherwise);
  }

  /** See {@link Value#choice}. */
  <T> Optional<T> choice(String key, Map<String, T> words, Collection<String> notYet) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().choice(words, notYet);
  }

  /** One of an enum's constants, written in lower case. */
  <E extends Enum<E>> Optional<E> word(String key, Class<E> type) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? Optional.empty() : value.get().choice(Value.lowerCase(type), Set.of());
  }

  /** The same, with what holds without the key. */
  <E extends Enum<E>> E word(String key, E otherwise) {
    return word(key, otherwise.getDeclaringClass()).orElse(otherwise);
  }

  /** The texts of a list; empty if the key is not there. */
  List<Value> items(String key) {
    Optional<Value> value = value(key);
    return value.isEmpty() ? List.of() : value.get().items();
  }

  /** Keys of the contract that do not work yet: refused by name rather than as unknown. */
  Section notYet(String... keys) {
    for (String key : keys) {
      if (!notYet.contains(key)) {
        notYet.add(key);
      }
    }
    return this;
  }

  /** Refuses every key that was neither asked for nor announced. */
  void end() {
    for (Map.Entry<String, Node.Entry> entry : node.entries().entrySet()) {
      String key = entry.getKey();
      boolean later = notYet.contains(key);
      if (later || !known.contains(key)) {
        problems.add(
            new Problem(
                position.child(key).toString(),
                entry.getValue().line(),
                entry.getValue().column(),
                later ? NOT_YET : UNKNOWN,
                later ? "remove it" : suggestion(key)));
      }
    }
  }

  void problem(String message, String hint) {
    problems.add(new Problem(position.toString(), node.line(), node.column(), message, hint));
  }

  private String suggestion(String key) {
    List<String> words = new ArrayList<>(known);
    words.addAll(notYet);
    return Nearest.of(key, words)
        .map(w -> "did you mean " + w + "?")
        .orElse("known here: " + String.join(", ", known));
  }

  private void know(String key) {
    if (!known.contains(key)) {
      known.add(key);
    }
  }
}
