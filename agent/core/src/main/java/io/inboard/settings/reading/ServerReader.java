// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServerSettings.Adaptive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for the whole JVM: {@code server}, {@code inbound.concurrencyLimit}, {@code deadline},
 * {@code resilience}; RATIONALE.md, Deadlines, Library and Shedding.
 */
final class ServerReader {
  private static final int MANY = 1_000_000;

  private ServerReader() {}

  static ServerSettings server(
      Section section, Optional<Adaptive> adaptive, Optional<RateLimitSettings> rateLimit) {
    ServerSettings d = ServerSettings.DEFAULT;
    ServerSettings server =
        new ServerSettings(
            adaptive,
            section.integer("maxConcurrent", d.maxConcurrent(), 1, Integer.MAX_VALUE),
            section.duration("maxQueueTime", Duration.ofMillis(1), SettingsReader.LONGEST),
            section.bool("dropExpired", d.dropExpired()),
            section.has("exempt") ? TelemetryReader.paths(section.items("exempt")) : d.exempt(),
            rateLimit);
    section.end();
    return server;
  }

  /** Off unless the key is there. */
  static Optional<Adaptive> adaptive(Section inbound) {
    Optional<Section> given = inbound.given("concurrencyLimit");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    section.choice("adaptive", Map.of("gradient", true), Set.of("vegas", "aimd"));
    int min = section.integer("min", 20, 1, MANY);
    int max = section.integer("max", Math.max(1_000, min), 1, MANY);
    if (min > max) {
      section.problem("min must not be more than max", "");
    }
    Map<String, Integer> partitions = new LinkedHashMap<>();
    Optional<Value> shares = section.value("partitions");
    if (shares.isPresent()) {
      Shares.read(shares.get(), false)
          .forEach((who, share) -> partitions.put(Patterns.principal(who), share));
    }
    section.end();
    return Optional.of(new Adaptive(min, max, partitions));
  }

  static DeadlineSettings deadline(Section section) {
    DeadlineSettings d = DeadlineSettings.DEFAULT;
    Optional<Value> headers = section.value("headers");
    DeadlineSettings deadline =
        new DeadlineSettings(
            section.word("mode", d.mode()),
            section.word("trust", d.trust()),
            headers.isEmpty() ? d.headers() : headers(headers.get()),
            section.number("maxRejectFraction", d.maxRejectFraction(), 0, 1));
    section.end();
    return deadline;
  }

  /** Their formats are known by their names. */
  private static List<String> headers(Value value) {
    Map<String, String> known = new LinkedHashMap<>();
    DeadlineSettings.DEFAULT.headers().forEach(name -> known.put(name, name));
    List<String> headers = new ArrayList<>();
    for (Value item : value.items()) {
      item.choice(known, Set.of()).filter(h -> !headers.contains(h)).ifPresent(headers::add);
    }
    return headers;
  }
}
