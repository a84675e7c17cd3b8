// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.settings.DestinationSettings.EndpointSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.TlsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The section {@code destinations}. */
final class DestinationReader {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = SettingsReader.LONGEST;

  private DestinationReader() {}

  static List<DestinationSettings> readAll(List<Value> items, boolean hasIdentity) {
    List<DestinationSettings> destinations = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (Value item : items) {
      Section section = item.section();
      Optional<Value> host = section.required("host", "the host in the application's URL");
      Optional<Address> address = host.flatMap(h -> Address.of(h, false, true));
      DestinationSettings destination =
          read(section, address.orElse(new Address("?", 0)), hasIdentity);
      address.ifPresent(
          a -> {
            String first = seen.putIfAbsent(destination.name(), item.path());
            if (first != null) {
              host.get()
                  .problem(
                      "stands already in " + first + ", which would serve every call",
                      "join the two");
            }
          });
      destinations.add(destination);
    }
    return destinations;
  }

  private static DestinationSettings read(Section section, Address address, boolean hasIdentity) {
    List<EndpointSettings> endpoints = endpoints(section.items("endpoints"));
    TlsSettings tls = tls(section, hasIdentity, !endpoints.isEmpty());
    Optional<Duration> timeout = limit(section, "timeout");
    RetrySettings retries = RetryReader.read(section.section("retries"));
    Section balancing = section.section("loadBalancer");
    BalancerSettings.Simple balancer =
        balancing
            .value("simple")
            .flatMap(
                v ->
                    v.choice(
                        Value.words(BalancerSettings.Simple.class),
                        Set.of("PASSTHROUGH", "LEAST_CONN")))
            .orElse(BalancerSettings.DEFAULT.simple());
    balancing.notYet("consistentHash", "localityLbSetting", "warmup", "warmupDurationSecs").end();
    Section pool = section.section("connectionPool");
    Duration connectTimeout =
        pool.duration("connectTimeout", Duration.ofSeconds(10), SHORTEST, LONGEST);
    pool.notYet(
            "http2MaxRequests",
            "http1MaxPendingRequests",
            "maxConnections",
            "maxRequestsPerConnection",
            "maxRetries",
            "idleTimeout",
            "tcp",
            "http")
        .end();
    Optional<OutlierSettings> outlier = outlier(section.section("outlierDetection"));
    Optional<BreakerSettings> breaker =
        section.value("circuitBreaker").filter(v -> !v.isNull()).map(v -> breaker(v.section()));
    section
        .notYet(
            "discovery",
            "retryBudget",
            "fault",
            "routes",
            "subsets",
            "hedge",
            "fallback",
            "deadline",
            "admissionControl",
            "headers",
            "mirror",
            "rateLimit",
            "trafficPolicy")
        .end();
    return DestinationSettings.builder(address.host())
        .port(address.port())
        .endpoints(endpoints)
        .tls(tls)
        .timeout(timeout)
        .retries(retries)
        .loadBalancer(
            new BalancerSettings(
                balancer,
                Optional.empty(),
                BalancerSettings.DEFAULT.warmup(),
                BalancerSettings.DEFAULT.locality()))
        .connectionPool(
            new PoolSettings(
                connectTimeout,
                PoolSettings.UNLIMITED,
                PoolSettings.UNLIMITED,
                PoolSettings.UNLIMITED,
                PoolSettings.UNLIMITED))
        .outlierDetection(outlier)
        .circuitBreaker(breaker)
        .build();
  }

  /** A duration of which 0 means none. */
  static Optional<Duration> limit(Section section, String key) {
    return section
        .value(key)
        .flatMap(v -> v.duration(Duration.ZERO, LONGEST))
        .filter(d -> !d.isZero());
  }

  private static List<EndpointSettings> endpoints(List<Value> items) {
    List<EndpointSettings> endpoints = new ArrayList<>();
    Map<Address, String> seen = new HashMap<>();
    for (Value item : items) {
      Optional<Value> where;
      int weight = 1;
      if (item.isScalar()) {
        where = Optional.of(item);
      } else {
        Section section = item.section();
        where = section.required("address", "{address: \"10.0.0.5:8443\", weight: 2}");
        weight = section.integer("weight", 1, 1, 10_000);
        section.notYet("zone", "labels", "priority").end();
      }
      Optional<Address> address = where.flatMap(w -> Address.of(w, true, false));
      if (address.isPresent()) {
        String first = seen.putIfAbsent(address.get(), item.path());
        if (first != null) {
          item.problem(
              "repeats " + first, "a share of more than one is a weight: {address, weight: 2}");
        }
        endpoints.add(
            new EndpointSettings(address.get().host(), address.get().port(), weight, "", Map.of()));
      }
    }
    return endpoints;
  }

  private static TlsSettings tls(Section destination, boolean hasIdentity, boolean hasEndpoints) {
    Section section = destination.section("tls");
    TlsMode otherwise = hasIdentity && hasEndpoints ? TlsMode.MUTUAL : TlsMode.DISABLE;
    Optional<Value> modeKey = section.value("mode");
    TlsMode mode =
        modeKey
            .flatMap(v -> v.choice(Value.words(TlsMode.class), Set.of("ISTIO_MUTUAL")))
            .orElse(otherwise);
    if (modeKey.isPresent() && mode == TlsMode.MUTUAL && !hasIdentity) {
      modeKey
          .get()
          .problem(
              "MUTUAL needs an identity",
              "set identity: {certificateChain, privateKey, trustBundle}");
    }
    List<String> principals = new ArrayList<>();
    for (Value item : section.items("principals")) {
      item.text()
          .map(p -> p.startsWith("spiffe://") ? p.substring("spiffe://".length()) : p)
          .ifPresent(principals::add);
    }
    if (section.has("principals") && mode != TlsMode.MUTUAL) {
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

  /** On unless {@code consecutive5xxErrors: 0}; defaults of resilience row 13. */
  private static Optional<OutlierSettings> outlier(Section section) {
    OutlierSettings d = OutlierSettings.DEFAULT;
    OutlierSettings outlier =
        new OutlierSettings(
            section.integer("consecutive5xxErrors", 5, 0, 1_000_000),
            d.consecutiveGatewayErrors(),
            d.consecutiveLocalOriginFailures(),
            d.splitExternalLocalOriginErrors(),
            section.duration("interval", d.interval(), SHORTEST, LONGEST),
            section.duration("baseEjectionTime", d.baseEjectionTime(), SHORTEST, LONGEST),
            d.maxEjectionTime(),
            section.integer("maxEjectionPercent", 50, 0, 100),
            d.minHealthPercent(),
            d.errorCodes(),
            d.failurePercentage(),
            d.successRate(),
            d.probes());
    section
        .notYet(
            "consecutiveGatewayErrors",
            "consecutiveLocalOriginFailures",
            "splitExternalLocalOriginErrors",
            "consecutiveErrors",
            "minHealthPercent",
            "maxEjectionTime",
            "failurePercentage",
            "successRate",
            "probes",
            "outlierDetectionHttpErrorCodes")
        .end();
    return outlier.consecutive5xxErrors() == 0 ? Optional.empty() : Optional.of(outlier);
  }

  /** Off unless the key is there; defaults of resilience row 16. */
  private static BreakerSettings breaker(Section section) {
    BreakerSettings breaker =
        new BreakerSettings(
            section.integer("failurePercent", 50, 1, 100),
            section.integer("requestVolume", 20, 1, 1_000_000),
            section.duration("window", Duration.ofSeconds(10), Duration.ofMillis(100), LONGEST),
            section.duration("openFor", Duration.ofSeconds(5), SHORTEST, LONGEST));
    section.end();
    return breaker;
  }
}
