// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.FaultSettings;
import io.inboard.settings.FaultSettings.Abort;
import io.inboard.settings.FaultSettings.Delay;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.RouteSettings.Share;
import io.inboard.settings.RouteSettings.TextMatch;
import io.inboard.settings.RouteSettings.TextMatch.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The sections {@code routes}, {@code subsets} and {@code fault}, in Istio's words. */
final class RouteReader {
  private RouteReader() {}

  /**
   * In the order of the file.
   *
   * @param timeout of the destination, which holds for routes without one
   * @param retries what a route's retries leave out is as there
   * @param subsets those that a route may name
   */
  static List<RouteSettings> routes(
      List<Value> items,
      Optional<Duration> timeout,
      RetrySettings retries,
      Map<String, Map<String, String>> subsets) {
    List<RouteSettings> routes = new ArrayList<>();
    for (Value item : items) {
      Section section = item.section();
      Optional<Value> match = section.value("match");
      List<Match> matches = match.isEmpty() ? List.of(Match.ANY) : matches(match.get());
      Optional<Boolean> resilience = enabled(section);
      // 0s is none: it lifts the destination's own bound.
      Optional<Duration> own = section.duration("timeout", Duration.ZERO, SettingsReader.LONGEST);
      Optional<RetrySettings> ofRoute =
          section.has("retries")
              ? Optional.of(RetryReader.read(section.section("retries"), retries))
              : Optional.empty();
      Optional<FaultSettings> fault = fault(section);
      List<Share> shares = shares(section, subsets);
      section
          .notYet("headers", "mirror", "mirrors", "rewrite", "redirect", "route", "corsPolicy")
          .end();
      // A list of matches means any of them (Istio).
      RetryReader.checkTries(
          section, own.or(() -> timeout).filter(t -> !t.isZero()), ofRoute.orElse(retries));
      for (Match any : matches) {
        routes.add(new RouteSettings(any, resilience, own, ofRoute, fault, shares));
      }
    }
    return routes;
  }

  /** {@code resilience: {enabled}}, which may stand in several places. */
  static Optional<Boolean> enabled(Section parent) {
    Section section = parent.section("resilience");
    Optional<Boolean> enabled = section.bool("enabled");
    section.end();
    return enabled;
  }

  private static List<Share> shares(Section section, Map<String, Map<String, String>> subsets) {
    Optional<Value> one = section.value("subset");
    Optional<Value> several = section.value("subsets");
    if (one.isPresent() && several.isPresent()) {
      several.get().problem("and subset exclude each other", "remove one of the two");
    }
    List<Share> shares = new ArrayList<>();
    one.flatMap(Value::text).ifPresent(name -> shares.add(new Share(name, 100)));
    several.ifPresent(
        v -> Shares.read(v, true).forEach((name, p) -> shares.add(new Share(name, p))));
    for (Share share : shares) {
      if (!subsets.containsKey(share.subset())) {
        one.or(() -> several)
            .get()
            .problem(
                "names the unknown subset '" + share.subset() + "'",
                Nearest.of(share.subset(), subsets.keySet())
                    .map(w -> "did you mean " + w + "?")
                    .orElse("subsets: {NAME: {labels: {version: v2}}} beside routes"));
      }
    }
    return shares;
  }

  private static List<Match> matches(Value value) {
    if (!value.isList()) {
      return List.of(match(value.section()));
    }
    List<Match> matches = new ArrayList<>();
    for (Value item : value.items()) {
      matches.add(match(item.section()));
    }
    if (matches.isEmpty()) {
      value.problem("is empty and would match nothing", "remove the key to match every call");
    }
    return matches;
  }

  private static Match match(Section section) {
    Map<String, TextMatch> headers = new LinkedHashMap<>();
    section
        .section("headers")
        .all()
        .forEach(
            (name, v) ->
                text(v, true).ifPresent(m -> headers.put(name.toLowerCase(Locale.ROOT), m)));
    Optional<TextMatch> method = section.value("method").flatMap(v -> text(v, false));
    Optional<Value> path = section.value("path");
    Optional<Value> uri = section.value("uri");
    if (path.isPresent() && uri.isPresent()) {
      uri.get().problem("and path are the same", "remove one of the two");
    }
    Match match = new Match(headers, method, path.or(() -> uri).flatMap(v -> text(v, false)));
    section
        .notYet(
            "queryParams",
            "withoutHeaders",
            "ignoreUriCase",
            "port",
            "authority",
            "scheme",
            "sourceLabels",
            "sourceNamespace",
            "gateways",
            "name")
        .end();
    return match;
  }

  /** {@code {exact: a}}, {@code {prefix: a}}, {@code {regex: a}}, and {@code a} for the first. */
  private static Optional<TextMatch> text(Value value, boolean mayBePresent) {
    if (value.isScalar()) {
      return value.text().map(t -> new TextMatch(Kind.EXACT, t));
    }
    Section section = value.section();
    List<TextMatch> found = new ArrayList<>();
    section
        .value("exact")
        .flatMap(Value::text)
        .map(t -> new TextMatch(Kind.EXACT, t))
        .ifPresent(found::add);
    section
        .value("prefix")
        .flatMap(Value::text)
        .map(t -> new TextMatch(Kind.PREFIX, t))
        .ifPresent(found::add);
    section
        .value("regex")
        .flatMap(RouteReader::regex)
        .map(t -> new TextMatch(Kind.REGEX, t))
        .ifPresent(found::add);
    if (mayBePresent && section.value("present").flatMap(Value::bool).orElse(section.isEmpty())) {
      found.add(new TextMatch(Kind.PRESENT, ""));
    }
    section.end();
    if (found.size() > 1 || (section.isEmpty() && found.isEmpty())) {
      value.problem(
          found.isEmpty() ? "does not say what" : "says it twice",
          "one of exact, prefix, regex" + (mayBePresent ? ", present: true" : ""));
    }
    return found.stream().findFirst();
  }

  private static Optional<String> regex(Value value) {
    Optional<String> text = value.text();
    try {
      text.ifPresent(Pattern::compile);
      return text;
    } catch (PatternSyntaxException e) {
      value.problem("is no regular expression: " + e.getDescription(), "");
      return Optional.empty();
    }
  }

  /** Labels by the subset's name; a mapping, or a list as Istio has it. */
  static Map<String, Map<String, String>> subsets(Section destination, boolean hasEndpoints) {
    Map<String, Map<String, String>> subsets = new LinkedHashMap<>();
    Optional<Value> value = destination.value("subsets");
    if (value.isPresent() && !hasEndpoints) {
      value
          .get()
          .problem("need endpoints with labels", "endpoints: [{address, labels: {version: v2}}]");
    }
    if (value.isPresent() && value.get().isList()) {
      for (Value item : value.get().items()) {
        Section section = item.section();
        Optional<String> name = section.requiredText("name", "{name: v2, labels: {version: v2}}");
        Map<String, String> labels = labels(section);
        if (name.isPresent() && subsets.putIfAbsent(name.get(), labels) != null) {
          item.problem("repeats the subset '" + name.get() + "'", "");
        }
      }
    } else {
      if (value.isPresent()) {
        value.get().section().all().forEach((name, s) -> subsets.put(name, labels(s.section())));
      }
    }
    return subsets;
  }

  private static Map<String, String> labels(Section subset) {
    Map<String, String> labels =
        subset
            .required("labels", "{labels: {version: v2}}")
            .map(Value::section)
            .map(RouteReader::texts)
            .orElse(Map.of());
    subset.notYet("trafficPolicy").end();
    return labels;
  }

  static Map<String, String> texts(Section section) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, Value> entry : section.all().entrySet()) {
      Optional<String> text = entry.getValue().text();
      if (text.isPresent()) {
        texts.put(entry.getKey(), text.get());
      }
    }
    return texts;
  }

  /** Istio's HTTPFaultInjection; empty if the key is not there, or null. */
  static Optional<FaultSettings> fault(Section parent) {
    Optional<Section> given = parent.given("fault");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    FaultSettings fault =
        new FaultSettings(
            section.given("delay").map(RouteReader::delay),
            section.given("abort").map(RouteReader::abort));
    section.end();
    return Optional.of(fault);
  }

  private static Delay delay(Section section) {
    Delay delay =
        new Delay(
            section
                .required("fixedDelay", "such as 100ms")
                .flatMap(v -> v.duration(Duration.ofMillis(1), Duration.ofHours(1)))
                .orElse(Duration.ofMillis(1)),
            percentage(section));
    section.notYet("exponentialDelay").end();
    return delay;
  }

  private static Abort abort(Section section) {
    Abort abort =
        new Abort(
            section
                .required("httpStatus", "such as 503")
                .flatMap(v -> v.integer(200, 599))
                .orElse(503),
            percentage(section));
    section.notYet("grpcStatus", "http2Error").end();
    return abort;
  }

  /** Must be said: Istio takes silence for 0, and most people would for 100. */
  private static double percentage(Section section) {
    return section
        .required("percentage", "of the calls, 0 to 100")
        .flatMap(v -> v.percent(0, 100))
        .orElse(0.0);
  }
}
