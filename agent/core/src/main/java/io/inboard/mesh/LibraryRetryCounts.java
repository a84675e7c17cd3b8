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
 * What libraries have sent again by themselves, where the mesh only looks on: counted by library,
 * and told once where it may have done harm. Any thread.
 */
final class LibraryRetryCounts {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  /** By the library's name; as many as there are adapters. */
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

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
    Map<String, Long> now = new TreeMap<>();
    counts.forEach((library, count) -> now.put(library, count.sum()));
    return now;
  }
}
