// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.context;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which request a context of Vert.x works for, and what is current while a thread works in it. Any
 * thread; takes no lock.
 */
final class Dispatches {
  /** Of the duplicates that were made for a request; a context without one works for none. */
  private static final WeakIdentityMap<Object, Context> REQUESTS = new WeakIdentityMap<>();

  /** What to restore, the innermost first, where a thread works in contexts at this moment. */
  private static final ThreadLocal<Deque<Contexts.Scope>> OPEN =
      ThreadLocal.withInitial(ArrayDeque::new);

  private Dispatches() {}

  /** A duplicate is made: for the request that this thread works for. */
  static void made(Object context) {
    Context request = Inboard.contexts().current();
    if (request != Context.NONE) {
      REQUESTS.put(context, request);
    }
  }

  /**
   * A thread begins to work in a context. Work of one context may follow that of another on the
   * same thread, without the pool knowing: what works for no request hides what was current.
   *
   * @param context null: in none
   */
  static void begin(Object context) {
    Context known = context == null ? null : REQUESTS.get(context);
    Context request = known == null ? Context.NONE : known;
    Contexts contexts = Inboard.contexts();
    OPEN.get()
        .push(contexts.current() == request ? Contexts.Scope.NONE : contexts.activate(request));
  }

  /** It ends. */
  static void end() {
    Contexts.Scope innermost = OPEN.get().poll();
    if (innermost != null) {
      innermost.close();
    }
  }
}
