// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.Context;
import io.inboard.call.Contexts;

/**
 * The current context of each thread, in one thread-local. A thread that works for no request holds
 * null, so that a pooled thread does not keep a request reachable.
 */
public final class RequestContexts implements Contexts {
  /** Not static: a test, or a second mesh in this JVM, has threads of its own. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<Context> current = new ThreadLocal<>();

  @Override
  public Context current() {
    Context context = current.get();
    return context == null ? Context.NONE : context;
  }

  @Override
  public Scope activate(Context context) {
    Context before = current.get();
    Context now = context == Context.NONE ? null : context;
    if (now == before) {
      return Scope.NONE;
    }
    current.set(now);
    return new Restore(before);
  }

  /** Used by one thread, so it needs no guard; closing it twice restores once. */
  private final class Restore implements Scope {
    private final Context before;
    private boolean closed;

    Restore(Context before) {
      this.before = before;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        // Not removed where it was null: the next request would pay for a new entry.
        current.set(before);
      }
    }
  }
}
