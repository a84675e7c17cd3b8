// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.CanonicalHost;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.document.Document;
import io.inboard.settings.document.Node;
import io.inboard.settings.document.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists of endpoints, which stand in a destination's {@code endpoints} or in a file of their own,
 * and what else a destination says of where its endpoints are known from.
 */
public final class EndpointsReader {
  private static final Duration EMPTY_GRACE = Duration.ofSeconds(30);
  private static final String NOTHING = "says nothing";

  private EndpointsReader() {}

  /**
   * Reads a file of endpoints: a list as {@code endpoints} of a destination has it, or a mapping
   * with that key. Variables of the environment are not expanded.
   *
   * @param sourceName for messages; one that ends in {@code .json} is read as JSON only
   * @return what it lists; none if it says so ({@code []})
   * @throws SettingsException with all problems that were found; a text without any value, which is
   *     more likely one that is still being written, is a problem
   */
  public static List<Instance> read(String text, String sourceName) throws SettingsException {
    Problem.Collector problems = new Problem.Collector();
    Optional<Node> root = Document.parse(text, sourceName, problems);
    List<Instance> endpoints = List.of();
    if (problems.isEmpty() && root.isPresent() && !isNothing(root.get())) {
      endpoints = ofRoot(root.get(), problems);
    } else if (problems.isEmpty()) {
      problems.add(new Problem("", 0, 0, NOTHING, "write [] if there is no endpoint"));
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(sourceName, problems.sorted());
    }
    return List.copyOf(endpoints);
  }

  private static boolean isNothing(Node node) {
    return node instanceof Node.Scalar scalar && scalar.text().isEmpty();
  }

  private static List<Instance> ofRoot(Node root, Problem.Collector problems) {
    Expansion none = new Expansion(Map.of());
    if (!(root instanceof Node.Mapping mapping)) {
      return listed(new Value(root, Position.ROOT, none, problems).items());
    }
    Section section = new Section(mapping, Position.ROOT, none, problems);
    Optional<Value> endpoints = section.required("endpoints", "endpoints: [\"10.0.0.5:8443\"]");
    section.end();
    return endpoints.isEmpty() ? List.of() : listed(endpoints.get().items());
  }

  /** Where a destination's endpoints are known from. */
  static EndpointSettings of(Section destination, RelativePaths files) {
    Optional<Value> discovery = destination.value("discovery");
    // A list, if nothing stands there either: what a template left empty is to be refused, not to
    // be connected to by the library.
    if (destination.has("endpoints")) {
      if (discovery.isPresent()) {
        discovery.get().problem("and endpoints exclude each other", "remove one of the two");
      }
      return new EndpointSettings.Listed(listed(destination.items("endpoints")));
    }
    return discovery.isEmpty()
        ? EndpointSettings.BY_LIBRARY
        : discovered(discovery.get().section(), discovery.get().isMapping(), files);
  }

  /**
   * @param given whether there is a section at all; if not, that is known to be a problem
   */
  private static EndpointSettings discovered(Section section, boolean given, RelativePaths files) {
    section.notYet("dns", "eureka", "kubernetes");
    boolean needed =
        given && !section.has("dns") && !section.has("eureka") && !section.has("kubernetes");
    String path =
        files.of(
            needed
                ? section.requiredText("file", "discovery: {file: endpoints.yaml}")
                : section.text("file"));
    Duration grace =
        section.duration("emptyGrace", EMPTY_GRACE, Duration.ZERO, SettingsReader.LONGEST);
    section.end();
    return new EndpointSettings.FromFile(path, grace);
  }

  private static List<Instance> listed(List<Value> items) {
    List<Instance> endpoints = new ArrayList<>(items.size());
    // By text, not by Address: the first hash of a record costs some forty classes.
    Map<String, Value> seen = new HashMap<>();
    for (Value item : items) {
      Optional<Value> where;
      int weight = 1;
      String zone = "";
      Map<String, String> labels = Map.of();
      boolean draining = false;
      if (item.isScalar()) {
        where = Optional.of(item);
      } else {
        Section section = item.section();
        where = section.required("address", "{address: \"10.0.0.5:8443\", weight: 2}");
        weight = section.integer("weight", 1, 1, 10_000);
        zone = section.text("zone", "");
        labels = RouteReader.texts(section.section("labels"));
        draining = section.bool("draining", false);
        section.notYet("priority").end();
      }
      Optional<Address> address =
          where.isEmpty() ? Optional.empty() : Address.of(where.get(), true, false);
      if (address.isPresent()) {
        Value first =
            seen.putIfAbsent(
                CanonicalHost.of(address.get().host()) + ' ' + address.get().port(), item);
        if (first != null) {
          item.problem(
              "repeats " + first.path(),
              "a share of more than one is a weight: {address, weight: 2}");
        }
        endpoints.add(
            new Instance(
                address.get().host(), address.get().port(), weight, zone, labels, draining));
      }
    }
    return endpoints;
  }
}
