// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.HeaderSink;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The headers of an attempt, which the library makes anew for each: what the application set, and
 * what we set. Guarded by this.
 */
final class Outgoing implements HeaderSink {
  private static final Set<String> TRACE = Set.of("traceparent", "tracestate");

  private final HttpHeaders headers;

  /** Whether the application has said, while it was asked for the request, which trace it is in. */
  private final boolean traced;

  private final List<Changed> changed = new ArrayList<>(4);

  private record Changed(String name, List<String> own) {}

  /**
   * @param traceKnown whether the call knew of that when it began
   */
  Outgoing(HttpHeaders headers, boolean traceKnown) {
    this.headers = headers;
    this.traced = headers.contains("traceparent") && !traceKnown;
  }

  @Override
  public synchronized void set(String name, String value) {
    if (!(traced && TRACE.contains(name))) {
      remember(name);
      headers.set(name, value);
    }
  }

  @Override
  public synchronized void remove(String name) {
    remember(name);
    headers.remove(name);
  }

  private void remember(String name) {
    if (find(name) == null) {
      changed.add(new Changed(name, headers.getAll(name)));
    }
  }

  private Changed find(String name) {
    for (Changed each : changed) {
      if (each.name.equalsIgnoreCase(name)) {
        return each;
      }
    }
    return null;
  }

  /** The application's values of a header. */
  synchronized List<String> own(String name) {
    Changed before = find(name);
    return before == null ? headers.getAll(name) : before.own;
  }

  /** The names of what was changed. */
  synchronized Set<String> names() {
    Set<String> names = new TreeSet<>();
    changed.forEach(each -> names.add(each.name));
    return names;
  }
}
