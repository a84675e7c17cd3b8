// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.BudgetSettings;
import io.inboard.settings.DestinationSettings.AdmissionSettings;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.settings.DestinationSettings.HedgeSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * What bounds the load on a destination: pool, budget, breaker, throttle, hedges; RATIONALE.md,
 * Budget, Hedging, Breaker, Bulkhead and Throttling.
 */
final class LimitsReader {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = SettingsReader.LONGEST;
  private static final int MANY = 1_000_000;

  /** Istio's word for "no limit" is the largest that 32 bits hold. */
  private static final long ISTIO_UNLIMITED = 4_294_967_295L;

  private LimitsReader() {}

  /** Flat, or nested as Istio has it. */
  static PoolSettings pool(Section section) {
    PoolSettings d = PoolSettings.DEFAULT;
    Section http = section.section("http");
    Section tcp = section.section("tcp");
    Section flatOrHttp = section.or(http);
    Section flatOrTcp = section.or(tcp);
    PoolSettings pool =
        new PoolSettings(
            flatOrTcp.duration("connectTimeout", d.connectTimeout(), SHORTEST, LONGEST),
            cap(flatOrTcp, "maxConnections", 1),
            cap(flatOrHttp, "http1MaxPendingRequests", 0),
            cap(flatOrHttp, "http2MaxRequests", 1),
            cap(flatOrHttp, "maxRetries", 0));
    http.notYet(
            "maxRequestsPerConnection",
            "idleTimeout",
            "h2UpgradePolicy",
            "useClientProtocol",
            "maxConcurrentStreams")
        .end();
    tcp.notYet("tcpKeepalive", "idleTimeout", "maxConnectionDuration").end();
    section.notYet("maxRequestsPerConnection", "idleTimeout").end();
    return pool;
  }

  private static int cap(Section section, String key, int least) {
    long cap = section.whole(key, PoolSettings.UNLIMITED, least, ISTIO_UNLIMITED);
    return (int) Math.min(cap, PoolSettings.UNLIMITED);
  }

  static BudgetSettings budget(Section section) {
    BudgetSettings d = BudgetSettings.DEFAULT;
    BudgetSettings budget =
        new BudgetSettings(
            section.percent("percent", d.percent(), 0, 100),
            section.number("minRetriesPerSecond", d.minRetriesPerSecond(), 0, 1_000),
            section.word("fundedBy", d.fundedBy()),
            section.integer("minRetryConcurrency", 0, MANY),
            section.duration("budgetInterval", d.interval(), Duration.ofMillis(100), LONGEST));
    section.end();
    return budget;
  }

  /** Off unless the key is there. */
  static Optional<BreakerSettings> breaker(Section destination) {
    Optional<Section> given = destination.given("circuitBreaker");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    BreakerSettings breaker =
        new BreakerSettings(
            section.wholePercent("failurePercent", 50, 1, 100),
            section.integer("requestVolume", 20, 1, MANY),
            section.duration("window", Duration.ofSeconds(10), Duration.ofMillis(100), LONGEST),
            section.duration("openFor", Duration.ofSeconds(5), SHORTEST, LONGEST));
    section.end();
    return Optional.of(breaker);
  }

  /** Off unless the key is there. */
  static Optional<AdmissionSettings> admission(Section destination) {
    Optional<Section> given = destination.given("admissionControl");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    AdmissionSettings admission =
        new AdmissionSettings(
            section.percent("successRateThreshold", 95, 1, 100),
            section.number("aggression", 1, 1, 100),
            section.duration("window", Duration.ofSeconds(30), Duration.ofSeconds(1), LONGEST),
            section.percent("max", 80, 0, 100));
    section.end();
    return Optional.of(admission);
  }

  /** Off unless the key is there. */
  static Optional<HedgeSettings> hedge(Section destination) {
    Optional<Section> given = destination.given("hedge");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    Optional<Value> after = section.value("after");
    Optional<String> text = section.text("after");
    boolean percentile = text.isEmpty() || text.get().startsWith("p");
    HedgeSettings hedge =
        new HedgeSettings(
            text.isPresent() && percentile ? percentile(text.get(), after.get()) : 95.0,
            percentile ? Optional.empty() : section.duration("after", SHORTEST, LONGEST),
            section.percent("maxExtra", 5, 0, 100),
            section.bool("onPerTryTimeout", false));
    section.end();
    return Optional.of(hedge);
  }

  private static double percentile(String text, Value at) {
    String digits = text.substring(1);
    double percentile =
        digits.matches("[0-9]{1,3}(\\.[0-9]{1,6})?") ? Double.parseDouble(digits) : 0;
    if (percentile < 50 || percentile > 99.9) {
      at.problem("must be from p50 to p99.9 or a duration, but was " + at.shown(), "p95 or 30ms");
      return 95;
    }
    return percentile;
  }
}
