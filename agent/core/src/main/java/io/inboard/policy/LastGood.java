// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.settings.CanonicalHost;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The last good answers of a destination to GETs that anybody may make: without credentials, and
 * not marked by the server as private or never to be kept. The least recently used goes first.
 *
 * <p>A lock guards the entries; it is taken only where this fallback is switched on, and for as
 * long as a map's look-up takes.
 */
public final class LastGood {
  private static final List<String> KEPT =
      List.of(
          "content-type",
          "content-encoding",
          "content-language",
          "content-disposition",
          "cache-control",
          "date",
          "etag",
          "expires",
          "last-modified",
          "link",
          "vary");

  /** Headers of requests that choose between forms of an answer even where no Vary says so. */
  private static final List<String> NEGOTIATED =
      List.of("accept", "accept-encoding", "accept-language");

  /** In the order of their use. Guarded by itself. */
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  /** A response head that may be kept, once its body is there. */
  record Head(String key, Map<String, String> headers, Map<String, List<String>> chosenBy) {}

  private record Entry(Head head, byte[] body, long atNanos) {}

  /** Whether answers to this request may be kept, and given. */
  static boolean concerns(OutboundRequest request) {
    return "GET".equals(request.method())
        && request.headers("authorization").isEmpty()
        && request.headers("cookie").isEmpty()
        && request.headers("range").isEmpty()
        && !says(request.headers("cache-control"), "no-store");
  }

  /**
   * What is to be kept of an answer, if it may be.
   *
   * @param scope tells destinations and subsets apart
   * @param maxBytes of its body, as far as its length is known
   */
  static Optional<Head> head(
      String scope, OutboundRequest request, int status, HeaderView headers, int maxBytes) {
    if (status != 200 || !concerns(request)) {
      return Optional.empty();
    }
    List<String> control = headers.headers("cache-control");
    List<String> vary = words(headers.headers("vary"));
    if (says(control, "no-store")
        || says(control, "private")
        || vary.contains("*")
        || vary.contains("cookie")
        || vary.contains("authorization")
        || !headers.headers("set-cookie").isEmpty()
        || longer(headers.headers("content-length"), maxBytes)) {
      return Optional.empty();
    }
    Map<String, String> kept = new HashMap<>();
    for (String name : KEPT) {
      List<String> values = headers.headers(name);
      if (!values.isEmpty()) {
        kept.put(name, String.join(", ", values));
      }
    }
    Map<String, List<String>> chosenBy = new HashMap<>();
    NEGOTIATED.forEach(name -> chosenBy.put(name, List.copyOf(request.headers(name))));
    vary.forEach(name -> chosenBy.put(name, List.copyOf(request.headers(name))));
    return Optional.of(new Head(key(scope, request), kept, chosenBy));
  }

  /** Keeps an answer. */
  void put(Head head, byte[] body, long now, FallbackSettings.LastGood limits) {
    if (body.length > limits.maxBytes()) {
      return;
    }
    synchronized (entries) {
      entries.put(head.key, new Entry(head, body, now));
      var eldest = entries.keySet().iterator();
      while (entries.size() > limits.maxEntries()) {
        eldest.next();
        eldest.remove();
      }
    }
  }

  /** The answer to give in place of a failure; marked as what it is, and with its age. */
  Optional<Step.Answer> get(
      String scope, OutboundRequest request, long now, FallbackSettings.LastGood limits) {
    if (!concerns(request)) {
      return Optional.empty();
    }
    Entry entry;
    synchronized (entries) {
      entry = entries.get(key(scope, request));
    }
    if (entry == null
        || now - entry.atNanos > limits.maxAge().toNanos()
        || !entry.head.chosenBy.entrySet().stream()
            .allMatch(e -> e.getValue().equals(request.headers(e.getKey())))) {
      return Optional.empty();
    }
    Map<String, String> headers = new HashMap<>(entry.head.headers);
    headers.put("age", Long.toString(TimeUnit.NANOSECONDS.toSeconds(now - entry.atNanos)));
    headers.put(FallbackCall.MARK, "last-good");
    return Optional.of(new Step.Answer(200, headers, entry.body));
  }

  private static String key(String scope, OutboundRequest request) {
    return scope
        + ' '
        + CanonicalHost.of(request.host())
        + ':'
        + request.port()
        + ' '
        + request.target();
  }

  private static boolean longer(List<String> contentLength, int bytes) {
    try {
      return !contentLength.isEmpty() && Long.parseLong(contentLength.get(0).strip()) > bytes;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private static boolean says(List<String> cacheControl, String directive) {
    for (String word : words(cacheControl)) {
      int value = word.indexOf('=');
      if ((value < 0 ? word : word.substring(0, value).strip()).equals(directive)) {
        return true;
      }
    }
    return false;
  }

  /** Parts between commas, in lower case. */
  private static List<String> words(List<String> values) {
    List<String> words = new ArrayList<>();
    for (String value : values) {
      for (String word : value.split(",")) {
        if (!word.isBlank()) {
          words.add(word.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return words;
  }
}
