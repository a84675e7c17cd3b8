// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.TlsSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.RetrySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The section {@code destinations}. */
final class DestinationReader {
  private static final Duration LONGEST = SettingsReader.LONGEST;

  private DestinationReader() {}

  /**
   * @param files finds those that the settings name
   */
  static List<DestinationSettings> readAll(
      List<Value> items, boolean hasIdentity, RelativePaths files) {
    List<DestinationSettings> destinations = new ArrayList<>();
    List<Section> sections = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (Value item : items) {
      Section section = item.section();
      Optional<Value> host = section.required("host", "the host in the application's URL");
      Optional<Address> address =
          host.isEmpty() ? Optional.empty() : Address.of(host.get(), false, true);
      DestinationSettings destination =
          read(section, address.orElse(new Address("?", 0)), hasIdentity, files);
      String first = address.isEmpty() ? null : seen.putIfAbsent(destination.name(), item.path());
      if (first != null) {
        host.get()
            .problem(
                "stands already in " + first + ", which would serve every call", "join the two");
      }
      destinations.add(destination);
      sections.add(section);
    }
    for (int i = 0; i < destinations.size(); i++) {
      checkFallback(sections.get(i), destinations.get(i), destinations);
    }
    AlsoMatches.checkListed(sections, destinations);
    return destinations;
  }

  /** A fallback's destination is a subset of this one, or another one whose endpoints we know. */
  private static void checkFallback(
      Section section, DestinationSettings destination, List<DestinationSettings> all) {
    Optional<String> wanted =
        destination.fallback().isEmpty()
            ? Optional.empty()
            : destination.fallback().get().destination();
    if (wanted.isEmpty() || destination.subsets().containsKey(wanted.get())) {
      return;
    }
    Set<String> known = new LinkedHashSet<>(destination.subsets().keySet());
    all.stream()
        .filter(d -> d.endpoints() instanceof EndpointSettings.ByMesh)
        .filter(d -> !d.name().equals(destination.name()))
        .forEach(d -> known.add(d.name()));
    if (!known.contains(wanted.get())) {
      section
          .section("fallback")
          .value("destination")
          .ifPresent(
              v ->
                  v.problem(
                      "names no other destination with endpoints, and no subset of this one: "
                          + v.shown(),
                      Nearest.of(wanted.get(), known)
                          .map(w -> "did you mean " + w + "?")
                          .orElse("")));
    }
  }

  private static DestinationSettings read(
      Section section, Address address, boolean hasIdentity, RelativePaths files) {
    EndpointSettings endpoints = EndpointsReader.of(section, files);
    boolean known = endpoints instanceof EndpointSettings.ByMesh;
    Section policy = section.section("trafficPolicy");
    Section flatOrPolicy = section.or(policy);
    TlsSettings tls = tls(flatOrPolicy, hasIdentity, known);
    RetrySettings retries = RetryReader.read(section.section("retries"), RetrySettings.DEFAULT);
    Map<String, Map<String, String>> subsets = RouteReader.subsets(section, known);
    Section deadline = section.section("deadline");
    Optional<Duration> timeout = limit(section, "timeout");
    RetryReader.checkTries(section, timeout, retries);
    DestinationSettings destination =
        DestinationSettings.builder(address.host())
            .port(address.port())
            .endpoints(endpoints)
            .matchesEndpoints(AlsoMatches.endpoints(section, address.host(), known))
            .tls(tls)
            .resilience(RouteReader.enabled(section).orElse(true))
            .timeout(timeout)
            .retries(retries)
            .retryBudget(LimitsReader.budget(flatOrPolicy.section("retryBudget")))
            .loadBalancer(BalancerReader.read(flatOrPolicy.section("loadBalancer")))
            .connectionPool(LimitsReader.pool(flatOrPolicy.section("connectionPool")))
            .outlierDetection(OutlierReader.read(flatOrPolicy))
            .circuitBreaker(LimitsReader.breaker(flatOrPolicy))
            .admissionControl(LimitsReader.admission(flatOrPolicy))
            .hedge(LimitsReader.hedge(flatOrPolicy))
            .fallback(FallbackReader.read(section))
            .fault(RouteReader.fault(section))
            .deadlineMode(deadline.word("mode", DeadlineSettings.Mode.class))
            .unknownClients(
                section
                    .choice("unknownClients", Value.words(UnknownClients.class), Set.of())
                    .orElse(UnknownClients.WARN))
            .routes(RouteReader.routes(section.items("routes"), timeout, retries, subsets))
            .subsets(subsets)
            .build();
    deadline.end();
    policy.notYet("portLevelSettings", "proxyProtocol", "tunnel").end();
    section.notYet("headers", "mirror", "rateLimit").end();
    return destination;
  }

  /** A duration of which 0 means none. */
  static Optional<Duration> limit(Section section, String key) {
    Optional<Duration> limit = section.duration(key, Duration.ZERO, LONGEST);
    return limit.isPresent() && limit.get().isZero() ? Optional.empty() : limit;
  }

  private static TlsSettings tls(Section destination, boolean hasIdentity, boolean hasEndpoints) {
    Section section = destination.section("tls");
    TlsMode otherwise = hasIdentity && hasEndpoints ? TlsMode.MUTUAL : TlsMode.DISABLE;
    Optional<Value> modeKey = section.value("mode");
    Optional<TlsMode> chosen =
        modeKey.isEmpty()
            ? Optional.of(otherwise)
            : modeKey.get().choice(Value.words(TlsMode.class), Set.of("ISTIO_MUTUAL"));
    TlsMode mode = chosen.orElse(otherwise);
    if (modeKey.isPresent() && chosen.isPresent() && mode == TlsMode.MUTUAL && !hasIdentity) {
      modeKey
          .get()
          .problem(
              "MUTUAL needs an identity",
              "set identity: {certificateChain, privateKey, trustBundle}");
    }
    List<String> principals = new ArrayList<>();
    for (Value item : section.items("principals")) {
      Optional<String> principal = item.text();
      if (principal.isPresent()) {
        principals.add(Patterns.principal(item, principal.get(), false));
      }
    }
    // A mode that nobody understands was told, and says nothing about the rest.
    if (section.has("principals") && chosen.isPresent() && mode != TlsMode.MUTUAL) {
      section.problem("principals are checked in mode MUTUAL only, and the mode is " + mode, "");
    }
    section
        .notYet(
            "sni",
            "caCertificates",
            "clientCertificate",
            "privateKey",
            "subjectAltNames",
            "insecureSkipVerify")
        .end();
    return new TlsSettings(mode, principals);
  }
}
