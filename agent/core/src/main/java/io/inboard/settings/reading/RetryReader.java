// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.RetrySettings;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The section {@code retries}: Istio's words, the defaults of RATIONALE.md, Retries. */
final class RetryReader {
  /** Failures, gRPC's statuses; besides them any HTTP status from 400 to 599. */
  private static final List<String> WORDS =
      List.of(
          "connect-failure",
          "refused-stream",
          "reset-before-request",
          "reset-before-response",
          "gateway-error",
          "5xx",
          "per-try-timeout",
          "retriable-4xx",
          "unavailable",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted");

  private static final List<String> KNOWN_METHODS =
      List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH");

  /** Not idempotent by RFC 9110 section 9.2.2, RFC 5789 and, for CONNECT, by what it does. */
  private static final Set<String> NOT_IDEMPOTENT = Set.of("POST", "PATCH", "CONNECT");

  /** Envoy's other words. */
  private static final Set<String> NOT_YET =
      Set.of(
          "reset",
          "retriable-status-codes",
          "retriable-headers",
          "envoy-ratelimited",
          "http3-post-connect-failure");

  private RetryReader() {}

  /**
   * @param d what the section leaves out is as there
   */
  static RetrySettings read(Section section, RetrySettings d) {
    Duration most = Duration.ofMinutes(10);
    Optional<Value> backoffKey = section.value("backoff");
    Duration backoff = section.duration("backoff", d.backoff(), Duration.ofMillis(1), most);
    Optional<Value> capKey = section.value("maxBackoff");
    // Envoy's rule: ten times the base.
    Duration cap =
        section.duration(
            "maxBackoff",
            backoffKey.isPresent() ? backoff.multipliedBy(10) : d.maxBackoff(),
            Duration.ofMillis(1),
            most);
    if (cap.compareTo(backoff) < 0 && (capKey.isPresent() || backoffKey.isPresent())) {
      (capKey.isPresent() ? capKey : backoffKey)
          .get()
          .problem("maxBackoff must not be less than backoff", "");
    }
    Optional<Value> retryOn = section.value("retryOn");
    Optional<Value> idempotent = section.value("idempotentMethods");
    Optional<Value> retriable = section.value("retriableMethods");
    Section retryAfter = section.section("retryAfter");
    RetrySettings retries =
        new RetrySettings(
            section.integer("attempts", d.attempts(), 0, 10),
            section.has("perTryTimeout")
                ? DestinationReader.limit(section, "perTryTimeout")
                : d.perTryTimeout(),
            retryOn.isEmpty() ? d.retryOn() : retryOn(retryOn.get()),
            idempotent.isEmpty() ? d.idempotentMethods() : methods(idempotent.get(), true),
            retriable.isEmpty() ? d.retriableMethods() : methods(retriable.get(), false),
            backoff,
            cap,
            section.bool("retryIgnorePreviousHosts", d.ignorePreviousHosts()),
            section.integer("maxReplayBytes", d.maxReplayBytes(), 0, 1 << 30),
            section.whole("maxReplayTotal", d.maxReplayTotal(), 0, 1L << 40),
            section.bool("retryOfRetry", d.retryOfRetry()),
            retryAfter.duration("max", d.retryAfterMax(), Duration.ZERO, most),
            section.bool("signals", d.signals()),
            section.bool("trustIdempotencyKey", d.trustIdempotencyKey()));
    retryAfter.end();
    section.notYet("retryRemoteLocalities").end();
    return retries;
  }

  /**
   * An attempt that may take longer than the whole call is a mistake: the call would be over before
   * its first attempt was given up.
   *
   * @param section the destination or route whose keys these are
   * @param timeout in force there
   */
  static void checkTries(Section section, Optional<Duration> timeout, RetrySettings retries) {
    Optional<Duration> perTry = retries.perTryTimeout();
    Optional<Value> given =
        section.has("retries")
            ? section.section("retries").value("perTryTimeout")
            : Optional.empty();
    // Where it is inherited it is no mistake: the shorter timeout of a route bounds the attempt.
    if (given.isEmpty()
        || timeout.isEmpty()
        || perTry.isEmpty()
        || perTry.get().compareTo(timeout.get()) <= 0) {
      return;
    }
    String message =
        "perTryTimeout "
            + Durations.format(perTry.get())
            + " is longer than the timeout of the whole call, "
            + Durations.format(timeout.get());
    String hint = "no attempt would ever reach it: make it shorter, or remove it";
    given.get().problem(message, hint);
  }

  /**
   * @param idempotent whether the key lists idempotent methods; else the methods that are repeated
   *     at all
   */
  private static Set<String> methods(Value value, boolean idempotent) {
    Set<String> methods = new LinkedHashSet<>();
    for (Value item : value.items()) {
      item.text().ifPresent(method -> addMethod(method, item, idempotent, methods));
    }
    if (methods.isEmpty() && !idempotent && value.isList()) {
      value.problem("is empty: nothing would be repeated", "retries: {attempts: 0} says that");
    }
    return methods;
  }

  private static void addMethod(String method, Value at, boolean idempotent, Set<String> methods) {
    if (idempotent && NOT_IDEMPOTENT.contains(method.toUpperCase(Locale.ROOT))) {
      at.problem(
          at.shown() + " is not idempotent, and never repeated once a byte of it was sent",
          "remove it; after connect-failure, refused-stream and reset-before-request it is"
              + " repeated all the same");
    } else if (!method.matches("[A-Z][A-Z0-9_-]*")) {
      at.problem(
          "must be a method's name in upper case, but was " + at.shown(),
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
          "'"
              + (word.length() > 60 ? word.substring(0, 60) : word)
              + "' is an unknown retry condition",
          Nearest.of(word, WORDS)
              .map(w -> "did you mean " + w + "?")
              .orElse("one of " + String.join(", ", WORDS) + ", or a status such as 503"));
    }
  }
}
