// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import io.inboard.call.OutboundRequest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What libraries repeat by themselves, counted by library. Inside of the mesh's calls, where that
 * only looks on: told once where it may have done harm. Around them, where a library repeats what
 * the mesh has tried already: told once, too. Any thread.
 */
final class LibraryRetryCounts {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  /** By the library's name; as many as there are adapters. */
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** The same, of calls that are repetitions. */
  private final Map<String, LongAdder> outer = new ConcurrentHashMap<>();

  /**
   * A call to a destination that somebody in the application makes once more.
   *
   * @param library its name, one of those that hooks know
   */
  void countOuter(String library, String destination) {
    LongAdder known = outer.get(library);
    if (known == null) {
      LongAdder first = new LongAdder();
      known = outer.putIfAbsent(library, first);
      if (known == null) {
        known = first;
        Log.info(
            library
                + " of the application repeats calls to destinations ("
                + destination
                + " the first one): each repetition gets one attempt, so that retries do not"
                + " multiply; with \"retries: {retryOfRetry: true}\" it gets them all");
      }
    }
    known.increment();
  }

  /** How many repeated calls, by library. */
  Map<String, Long> outerCounts() {
    return sums(outer);
  }

  void count(OutboundRequest request) {
    String library = request.library();
    counts.computeIfAbsent(library, l -> new LongAdder()).increment();
    String method = request.method();
    if (!IDEMPOTENT.contains(method)) {
      Log.warnOnce(
          "library-retries " + library,
          library
              + " has sent a "
              + method
              + " to "
              + request.host()
              + " a second time by itself; \"libraryRetries: disable\" switches that off");
    }
  }

  /** How many sends, by library. */
  Map<String, Long> counts() {
    return sums(counts);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> counts) {
    Map<String, Long> now = new TreeMap<>();
    counts.forEach((library, count) -> now.put(library, count.sum()));
    return now;
  }
}
