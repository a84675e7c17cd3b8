// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings.LastGood;
import io.inboard.settings.DestinationSettings.FallbackSettings.StaticResponse;
import java.time.Duration;
import java.util.Optional;

/** The section {@code fallback}; RATIONALE.md, Fallback. */
final class FallbackReader {
  private static final int MOST_BYTES = 16 << 20;

  private FallbackReader() {}

  /** Off unless the key is there. */
  static Optional<FallbackSettings> read(Section destination) {
    Optional<Section> given = destination.given("fallback");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    FallbackSettings fallback =
        new FallbackSettings(
            section.given("lastGood").map(FallbackReader::lastGood),
            section.text("destination"),
            section.given("response").map(FallbackReader::response));
    if (section.isEmpty()) {
      section.problem(
          "does not say what", "lastGood: {}, destination: NAME or response: {status: 200}");
    }
    section.end();
    return Optional.of(fallback);
  }

  private static LastGood lastGood(Section section) {
    LastGood lastGood =
        new LastGood(
            section.duration(
                "maxAge", Duration.ofMinutes(10), Duration.ofSeconds(1), SettingsReader.LONGEST),
            section.integer("maxBytes", 65_536, 1, MOST_BYTES),
            section.integer("maxEntries", 100, 1, 100_000));
    section.end();
    return lastGood;
  }

  private static StaticResponse response(Section section) {
    StaticResponse response =
        new StaticResponse(
            section.integer("status", 200, 200, 599),
            RouteReader.texts(section.section("headers")),
            section.value("body").filter(v -> !v.isNull()).flatMap(Value::text).orElse(""));
    section.end();
    return response;
  }
}
