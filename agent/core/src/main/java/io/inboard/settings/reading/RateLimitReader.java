// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.RateLimitSettings.Per;
import io.inboard.settings.RateLimitSettings.Unit;
import io.inboard.settings.RequestMethod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The key {@code inbound.rateLimit}. */
final class RateLimitReader {
  /** More in a second than a JVM answers, and an interval of a microsecond between two. */
  private static final int MOST = 1_000_000;

  private static final String EXAMPLE =
      "rateLimit: {requestsPerUnit: 100, unit: SECOND, per: source}";
  private static final String WAYS = "source, principal or header NAME";
  private static final String HEADER = "header";

  private RateLimitReader() {}

  /** Empty: no limit, or one that cannot be read. */
  static Optional<RateLimitSettings> read(Section inbound, boolean hasIdentity) {
    Optional<Section> given = inbound.given("rateLimit");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Section section = given.get();
    Optional<Value> requests = section.required("requestsPerUnit", EXAMPLE);
    Optional<Integer> count =
        requests.isEmpty() ? Optional.empty() : requests.get().integer(1, MOST);
    Optional<Value> unitKey = section.required("unit", EXAMPLE);
    Optional<Unit> unit =
        unitKey.isEmpty()
            ? Optional.empty()
            : unitKey.get().choice(Value.words(Unit.class), Set.of("DAY", "WEEK", "MONTH", "YEAR"));
    Optional<Value> per = section.value("per");
    section.end();
    Optional<Key> key =
        per.isEmpty() ? Optional.of(new Key(Per.ALL, "")) : key(per.get(), hasIdentity);
    return count.isEmpty() || unit.isEmpty() || key.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RateLimitSettings(count.get(), unit.get(), key.get().per, key.get().header));
  }

  private record Key(Per per, String header) {}

  private static Optional<Key> key(Value value, boolean hasIdentity) {
    Optional<String> text = value.text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String[] words = text.get().split("\\s+", -1);
    switch (words[0]) {
      case "source":
        if (words.length == 1) {
          return Optional.of(new Key(Per.SOURCE, ""));
        }
        break;
      case "principal":
        if (words.length == 1) {
          if (!hasIdentity) {
            value.problem(
                "principal needs an identity, or nobody has one",
                "set identity: {certificateChain, privateKey, trustBundle}");
          }
          return Optional.of(new Key(Per.PRINCIPAL, ""));
        }
        break;
      case HEADER:
        if (words.length == 2 && RequestMethod.isToken(words[1])) {
          return Optional.of(new Key(Per.HEADER, words[1].toLowerCase(Locale.ROOT)));
        }
        value.problem("must name one header, but was " + value.shown(), "such as header x-api-key");
        return Optional.empty();
      default:
        break;
    }
    value.problem(
        "must be " + WAYS + ", but was " + value.shown(),
        Nearest.of(words[0], List.of("source", "principal", HEADER))
            .map(near -> "did you mean " + (near.equals(HEADER) ? "header x-api-key" : near) + "?")
            .orElse("such as header x-api-key"));
    return Optional.empty();
  }
}
