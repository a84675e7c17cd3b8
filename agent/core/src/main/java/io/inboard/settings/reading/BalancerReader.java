// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.BalancerSettings;
import io.inboard.settings.BalancerSettings.Algorithm;
import io.inboard.settings.BalancerSettings.By;
import io.inboard.settings.BalancerSettings.HashSettings;
import io.inboard.settings.BalancerSettings.LocalitySettings;
import io.inboard.settings.BalancerSettings.Simple;
import io.inboard.settings.BalancerSettings.WarmupSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code loadBalancer}; RATIONALE.md, Balancing, Warm-up and Zones, in Istio's words.
 */
final class BalancerReader {
  /** Envoy's, and the most that it allows. */
  private static final int MAGLEV_TABLE = 65_537;

  private static final int MAGLEV_MOST = 5_000_011;

  /**
   * Entries of a ring per endpoint, so that a change of the endpoints moves no more keys than it
   * must; Istio's default for the whole ring, which is thereby reached, too.
   */
  private static final int RING_ENTRIES = 1_024;

  private static final int RING_MOST = 16_384;

  private BalancerReader() {}

  static BalancerSettings read(Section section) {
    Optional<Value> simple = section.value("simple");
    Optional<Value> hashKey = section.value("consistentHash");
    Optional<HashSettings> hash = Optional.empty();
    if (hashKey.isPresent() && !hashKey.get().isNull()) {
      if (simple.isPresent()) {
        hashKey.get().problem("and simple exclude each other", "remove one of the two");
      }
      hash = Optional.of(hash(hashKey.get(), hashKey.get().section()));
    }
    Optional<Simple> algorithm =
        simple.isEmpty()
            ? Optional.empty()
            : simple.get().choice(Value.words(Simple.class), Set.of("PASSTHROUGH", "LEAST_CONN"));
    BalancerSettings balancer =
        new BalancerSettings(
            algorithm.orElse(BalancerSettings.DEFAULT.simple()),
            hash,
            warmup(section),
            locality(section.section("localityLbSetting")));
    section.end();
    return balancer;
  }

  private static HashSettings hash(Value value, Section section) {
    Optional<Value> header = section.value("httpHeaderName");
    Section cookie = section.section("httpCookie");
    Optional<Value> cookieName =
        section.has("httpCookie") ? cookie.required("name", "{name: session}") : Optional.empty();
    cookie.notYet("path", "ttl", "attributes").end();
    Optional<Value> parameter = section.value("httpQueryParameterName");
    boolean source = section.bool("useSourceIp", false);
    List<By> by = new ArrayList<>();
    header.ifPresent(v -> by.add(By.HEADER));
    cookieName.ifPresent(v -> by.add(By.COOKIE));
    parameter.ifPresent(v -> by.add(By.QUERY_PARAMETER));
    if (source) {
      by.add(By.SOURCE);
    }
    if (by.size() != 1 && !(by.isEmpty() && section.has("httpCookie"))) {
      value.problem(
          by.isEmpty() ? "does not say by what" : "says twice by what",
          "one of httpHeaderName, httpCookie: {name}, httpQueryParameterName, useSourceIp: true");
    }
    String name = header.or(() -> cookieName).or(() -> parameter).flatMap(Value::text).orElse("");
    Section ring = section.section("ringHash");
    Section maglev = section.section("maglev");
    boolean both = section.has("ringHash") && section.has("maglev");
    if (both) {
      value.problem("takes ringHash or maglev", "remove one of the two");
    }
    int entries = ring.integer("minimumRingSize", RING_ENTRIES, 1, RING_MOST);
    int table = maglev.value("tableSize").flatMap(BalancerReader::prime).orElse(MAGLEV_TABLE);
    ring.end();
    maglev.end();
    int factor = factor(section);
    section.notYet("minimumRingSize").end();
    boolean isRing = section.has("ringHash");
    return new HashSettings(
        by.isEmpty() ? By.SOURCE : by.get(0),
        name,
        isRing ? Algorithm.RING : Algorithm.MAGLEV,
        isRing ? entries : table,
        factor);
  }

  /** Percent of the average load; Envoy's hash_balance_factor. */
  private static int factor(Section section) {
    Optional<Value> value = section.value("balanceFactor");
    int factor = value.flatMap(v -> v.wholePercent(0, 10_000)).orElse(0);
    if (factor > 0 && factor < 100) {
      String range = "must be 0 (no bound) or from 100 to 10000 percent";
      value.get().problem(range + ", but was " + value.get().shown(), "");
    }
    return factor;
  }

  private static Optional<Integer> prime(Value value) {
    Optional<Integer> size = value.integer(2, MAGLEV_MOST);
    if (size.isPresent() && !isPrime(size.get())) {
      value.problem("must be a prime, but was " + value.shown(), "such as 65537");
    }
    return size;
  }

  private static boolean isPrime(int n) {
    for (long i = 2; i * i <= n; i++) {
      if (n % i == 0) {
        return false;
      }
    }
    return true;
  }

  private static WarmupSettings warmup(Section section) {
    WarmupSettings d = BalancerSettings.DEFAULT.warmup();
    Section warmup = section.section("warmup");
    Optional<Value> old = section.value("warmupDurationSecs");
    if (old.isPresent() && section.has("warmup")) {
      old.get().problem("and warmup exclude each other", "warmup: {duration: 30s} is the newer");
    }
    Duration duration =
        warmup.duration(
            "duration",
            section.duration(
                "warmupDurationSecs", d.duration(), Duration.ZERO, SettingsReader.LONGEST),
            Duration.ZERO,
            SettingsReader.LONGEST);
    WarmupSettings settings =
        new WarmupSettings(
            duration,
            warmup.percent("minimumPercent", d.minimumPercent(), 0, 100),
            warmup.number("aggression", d.aggression(), 1, 100));
    warmup.end();
    return settings;
  }

  private static LocalitySettings locality(Section section) {
    LocalitySettings d = BalancerSettings.DEFAULT.locality();
    Map<String, List<String>> failover = new LinkedHashMap<>();
    for (Value item : section.items("failover")) {
      Section entry = item.section();
      Optional<String> from = zone(entry, "from");
      Optional<String> to = zone(entry, "to");
      if (from.isPresent() && from.equals(to)) {
        item.problem("fails over to itself", "");
      }
      if (from.isPresent() && to.isPresent()) {
        failover.computeIfAbsent(from.get(), f -> new ArrayList<>()).add(to.get());
      }
      entry.end();
    }
    Map<String, Map<String, Integer>> distribute = new LinkedHashMap<>();
    for (Value item : section.items("distribute")) {
      Section entry = item.section();
      Optional<String> from = zone(entry, "from");
      Optional<Map<String, Integer>> shares =
          entry.required("to", "{eu-1a: 80, eu-1b: 20}").map(to -> Shares.read(to, true));
      if (from.isPresent()
          && shares.isPresent()
          && distribute.putIfAbsent(from.get(), shares.get()) != null) {
        item.problem("repeats the zone " + from.get(), "one entry for each zone of callers");
      }
      entry.end();
    }
    LocalitySettings locality =
        new LocalitySettings(
            section.bool("enabled", d.enabled()),
            section.integer("minimumEndpoints", d.minimumEndpoints(), 1, 1_000_000),
            failover,
            distribute);
    section.notYet("failoverPriority").end();
    return locality;
  }

  private static Optional<String> zone(Section entry, String key) {
    return entry.requiredText(key, "a zone, as in service.zone and endpoints");
  }
}
