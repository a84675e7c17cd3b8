// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.document.Node;
import io.inboard.settings.document.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is valid of {@code identity} and {@code inbound} in a text that could be parsed and is
 * broken somewhere, and whether what is wrong leaves open what they ask for. A key that is unknown
 * takes nothing else of its section away. Immutable.
 */
public final class SecuritySections {
  private static final String IDENTITY = "identity";
  private static final String INBOUND = "inbound";

  /** The keys of {@code inbound} that say who may come in. */
  private static final Set<String> WHO = Set.of("mtls", "portLevelMtls", "authorization");

  /** Keys within those; where one of them stands twice, an alias may have brought it here. */
  private static final Set<String> WITHIN =
      Set.of("action", "from", "to", "principals", "namespaces", "methods", "paths", "ports");

  private final Node.Mapping whole;
  private final List<Problem> ofText;
  private final List<Problem> ofSettings;
  private final Expansion expansion;

  /**
   * @param whole the text
   * @param ofText what is wrong with the text as such: keys that stand twice
   * @param ofSettings what is wrong with the two sections
   * @param expansion of variables
   */
  SecuritySections(
      Node.Mapping whole, List<Problem> ofText, List<Problem> ofSettings, Expansion expansion) {
    this.whole = whole;
    this.ofText = ofText;
    this.ofSettings = ofSettings;
    this.expansion = expansion;
  }

  /** The two sections alone. */
  static Node.Mapping partOf(Node.Mapping whole) {
    Map<String, Node.Entry> entries = new LinkedHashMap<>(whole.entries());
    entries.keySet().retainAll(List.of(IDENTITY, INBOUND));
    return with(whole, entries);
  }

  boolean nothingIsValid() {
    return valid().entries().isEmpty();
  }

  /** Without an identity that is broken, and what then cannot hold. */
  Node.Mapping valid() {
    Map<String, Node.Entry> entries = new LinkedHashMap<>(partOf(whole).entries());
    if (entries.containsKey(IDENTITY) && identityIsBroken()) {
      entries.remove(IDENTITY);
      Node.Entry inbound = entries.get(INBOUND);
      if (inbound != null && inbound.value() instanceof Node.Mapping section) {
        Map<String, Node.Entry> rest = new LinkedHashMap<>(section.entries());
        rest.keySet().removeAll(WHO);
        entries.put(INBOUND, new Node.Entry(inbound.line(), inbound.column(), with(section, rest)));
      }
    }
    return with(whole, entries);
  }

  private static Node.Mapping with(Node.Mapping mapping, Map<String, Node.Entry> entries) {
    return new Node.Mapping(mapping.line(), mapping.column(), mapping.size(), entries);
  }

  private boolean identityIsBroken() {
    return ofText.stream().anyMatch(p -> p.path().equals(IDENTITY) || isWithin(p, IDENTITY))
        || ofSettings.stream().anyMatch(p -> isOf(p, IDENTITY) && !isOfAnUnknownKey(p));
  }

  /** Whether what is wrong leaves open if mutual TLS or authorization is asked for. */
  public boolean doubtful() {
    return ofText.stream()
            .anyMatch(
                p ->
                    p.path().equals(INBOUND)
                        || WHO.contains(p.path())
                        || WITHIN.contains(p.path())
                        || isWithin(p, INBOUND))
        || ofSettings.stream().anyMatch(this::isDoubtful)
        || whole.entries().keySet().stream()
            .anyMatch(key -> !key.equals(INBOUND) && Nearest.distance(key, INBOUND) <= 2);
  }

  private boolean isDoubtful(Problem problem) {
    String path = problem.path();
    if (path.equals(INBOUND)) {
      return true;
    }
    if (!path.startsWith(INBOUND + ".")) {
      return false;
    }
    String key = path.substring(INBOUND.length() + 1);
    if (key.startsWith("mtls") || key.startsWith("portLevelMtls") || key.startsWith("auth")) {
      return true;
    }
    if (!isOfAnUnknownKey(problem)) {
      return false;
    }
    return Nearest.of(key, WHO).isPresent() || asks(key);
  }

  /** Whether an unknown key of {@code inbound} contains what asks for security. */
  private boolean asks(String key) {
    SecurityWords words = new SecurityWords();
    if (whole.entries().get(INBOUND).value() instanceof Node.Mapping section
        && section.entries().containsKey(key)) {
      words.in(section.entries().get(key).value(), expansion);
    }
    return words.asks();
  }

  private static boolean isOf(Problem problem, String section) {
    return problem.path().equals(section) || problem.path().startsWith(section + ".");
  }

  private static boolean isOfAnUnknownKey(Problem problem) {
    return problem.message().equals(Section.UNKNOWN);
  }

  /** By its place: between the section's key and the next one's. */
  private boolean isWithin(Problem problem, String section) {
    Node.Entry own = whole.entries().get(section);
    if (own == null || isBefore(problem, own)) {
      return false;
    }
    return whole.entries().values().stream()
        .noneMatch(
            other ->
                (other.line() > own.line()
                        || (other.line() == own.line() && other.column() > own.column()))
                    && !isBefore(problem, other));
  }

  private static boolean isBefore(Problem problem, Node.Entry entry) {
    return problem.line() < entry.line()
        || (problem.line() == entry.line() && problem.column() < entry.column());
  }
}
