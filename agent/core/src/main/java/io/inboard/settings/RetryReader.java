// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The section {@code retries}: Istio's words, the defaults of our own specification (2.1). */
final class RetryReader {
  private static final List<String> DEFAULT_ON =
      List.of(
          "connect-failure",
          "refused-stream",
          "reset-before-request",
          "reset-before-response",
          "503");

  /** What the HTTP policy classifies; besides them any status code from 400 to 599. */
  private static final List<String> WORDS =
      List.of(
          "connect-failure",
          "refused-stream",
          "reset-before-request",
          "reset-before-response",
          "gateway-error",
          "5xx",
          "per-try-timeout",
          "retriable-4xx");

  /** Resilience table 2.1; PUT and DELETE are for the user to add. */
  private static final Set<String> DEFAULT_IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private static final List<String> KNOWN_METHODS =
      List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  /** Not idempotent by RFC 9110 section 9.2.2, RFC 5789 and, for CONNECT, by what it does. */
  private static final Set<String> NOT_IDEMPOTENT = Set.of("POST", "PATCH", "CONNECT");

  /** gRPC's and Envoy's words. */
  private static final Set<String> NOT_YET =
      Set.of(
          "unavailable",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "reset",
          "retriable-status-codes",
          "retriable-headers",
          "envoy-ratelimited",
          "http3-post-connect-failure");

  private RetryReader() {}

  static RetrySettings read(Section section) {
    int attempts = section.integer("attempts", 2, 0, 10);
    Optional<Duration> perTryTimeout = DestinationReader.limit(section, "perTryTimeout");
    Set<String> retryOn =
        section.value("retryOn").map(RetryReader::retryOn).orElse(Set.copyOf(DEFAULT_ON));
    Set<String> idempotentMethods =
        section
            .value("idempotentMethods")
            .map(RetryReader::idempotentMethods)
            .orElse(DEFAULT_IDEMPOTENT);
    Duration most = Duration.ofMinutes(10);
    Duration backoff =
        section.duration("backoff", Duration.ofMillis(25), Duration.ofMillis(1), most);
    Optional<Value> capKey = section.value("maxBackoff");
    // Envoy's rule: ten times the base.
    Duration cap =
        capKey
            .flatMap(v -> v.duration(Duration.ofMillis(1), most))
            .orElse(backoff.multipliedBy(10));
    if (cap.compareTo(backoff) < 0) {
      capKey.ifPresent(v -> v.problem("must not be less than backoff, and is " + v.shown(), ""));
    }
    section
        .notYet(
            "retriableMethods",
            "retryIgnorePreviousHosts",
            "retryRemoteLocalities",
            "maxReplayBytes",
            "maxReplayTotal",
            "retryOfRetry",
            "retryAfter",
            "signals",
            "trustIdempotencyKey")
        .end();
    RetrySettings d = RetrySettings.DEFAULT;
    return new RetrySettings(
        attempts,
        perTryTimeout,
        retryOn,
        idempotentMethods,
        d.retriableMethods(),
        backoff,
        cap,
        d.ignorePreviousHosts(),
        d.maxReplayBytes(),
        d.maxReplayTotal(),
        d.retryOfRetry(),
        d.retryAfterMax(),
        d.signals(),
        d.trustIdempotencyKey());
  }

  private static Set<String> idempotentMethods(Value value) {
    Set<String> methods = new LinkedHashSet<>();
    for (Value item : value.items()) {
      item.text().ifPresent(method -> addMethod(method, item, methods));
    }
    return methods;
  }

  private static void addMethod(String method, Value at, Set<String> methods) {
    if (NOT_IDEMPOTENT.contains(method.toUpperCase(Locale.ROOT))) {
      at.problem(
          at.shown() + " is not idempotent, and never repeated once a byte of it was sent",
          "remove it; after connect-failure, refused-stream and reset-before-request it is"
              + " repeated all the same");
    } else if (!method.matches("[A-Z][A-Z0-9_-]*")) {
      at.problem(
          "must be a method's name in upper case, and is " + at.shown(),
          Nearest.of(method.toUpperCase(Locale.ROOT), KNOWN_METHODS)
              .map(m -> "did you mean " + m + "?")
              .orElse("such as GET, PUT, DELETE"));
    } else {
      methods.add(method);
    }
  }

  private static Set<String> retryOn(Value value) {
    Set<String> words = new LinkedHashSet<>();
    if (value.isList()) {
      for (Value item : value.items()) {
        item.text().ifPresent(word -> add(word, item, words));
      }
    } else {
      value
          .text()
          .ifPresent(
              text -> {
                for (String word : text.split(",", -1)) {
                  add(word.strip(), value, words);
                }
              });
    }
    return words;
  }

  private static void add(String word, Value at, Set<String> words) {
    if (WORDS.contains(word) || word.matches("[45][0-9][0-9]")) {
      words.add(word);
    } else if (NOT_YET.contains(word)) {
      at.problem("'" + word + "' is not supported by this version yet", "remove it");
    } else if (word.isEmpty()) {
      at.problem("has an empty word", "words are separated by one comma");
    } else {
      at.problem(
          "'" + (word.length() > 60 ? word.substring(0, 60) : word) + "' is no retry condition",
          Nearest.of(word, WORDS)
              .map(w -> "did you mean " + w + "?")
              .orElse("one of " + String.join(", ", WORDS) + ", or a status such as 503"));
    }
  }
}
