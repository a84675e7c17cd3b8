// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.HeaderSink;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The headers of an attempt: what the application has set, and what we set, which it does not see
 * again. The library makes the request of a redirect from them. Guarded by this.
 */
final class Outgoing implements HeaderSink {
  private static final Set<String> TRACE = Set.of("traceparent", "tracestate");

  private final MultiMap headers;

  /** Whether the application has said, after it had its request, which trace it is in. */
  private final boolean traced;

  private final List<Changed> changed = new ArrayList<>(4);

  private record Changed(String name, List<String> own) {}

  /**
   * @param traceKnown whether the call knew of that when it began
   */
  Outgoing(MultiMap headers, boolean traceKnown) {
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
      changed.add(new Changed(name, List.copyOf(headers.getAll(name))));
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

  /** The request was sent: its headers are the application's again. */
  synchronized void undo() {
    for (Changed each : changed) {
      if (each.own.isEmpty()) {
        headers.remove(each.name);
      } else {
        headers.set(each.name, each.own);
      }
    }
    changed.clear();
  }
}
