// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.coroutines;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ThreadContextElement;

/**
 * The request that a coroutine works for, among the elements of its context. The library asks it
 * each time that the coroutine gets a thread and leaves it.
 */
final class RequestElement extends AbstractCoroutineContextElement
    implements ThreadContextElement<Context> {
  private static final Key KEY = new Key();

  /**
   * Of a coroutine that works for no request: who resumes it may work for one, whose context is
   * then hidden.
   */
  private static final RequestElement NOBODYS = new RequestElement(Context.NONE);

  private final Context request;

  private RequestElement(Context request) {
    super(KEY);
    this.request = request;
  }

  /**
   * The context of a new coroutine with what this thread works for; if that is nothing, with what
   * the scope works for in which the coroutine is launched.
   */
  static CoroutineContext in(CoroutineContext coroutine) {
    Context current = Inboard.contexts().current();
    RequestElement scopes = coroutine.get(KEY);
    if (current == Context.NONE) {
      return scopes == null ? coroutine.plus(NOBODYS) : coroutine;
    }
    return scopes != null && scopes.request == current
        ? coroutine
        : coroutine.plus(new RequestElement(current));
  }

  /** Returns what to restore. */
  @Override
  public Context updateThreadContext(CoroutineContext coroutine) {
    Context before = Inboard.contexts().current();
    Inboard.contexts().activate(request);
    return before;
  }

  /** Perhaps on another thread than it was updated on, and twice, so it closes no scope. */
  @Override
  public void restoreThreadContext(CoroutineContext coroutine, Context before) {
    Inboard.contexts().activate(before);
  }

  @Override
  public String toString() {
    return "Inboard";
  }

  private static final class Key implements CoroutineContext.Key<RequestElement> {}
}
