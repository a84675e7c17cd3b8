// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.mutiny;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;

/**
 * A subscriber of a Uni that hears everything in the context of its subscription, on whichever
 * thread.
 */
final class UniInContext<T> implements UniSubscriber<T>, ContextSupport {
  private final UniSubscriber<T> stage;
  private final Context request;

  UniInContext(UniSubscriber<T> stage, Context request) {
    this.stage = stage;
    this.request = request;
  }

  @Override
  public void onSubscribe(UniSubscription subscription) {
    try (Contexts.Scope scope = Inboard.contexts().activate(request)) {
      stage.onSubscribe(subscription);
    }
  }

  @Override
  public void onItem(T item) {
    try (Contexts.Scope scope = Inboard.contexts().activate(request)) {
      stage.onItem(item);
    }
  }

  @Override
  public void onFailure(Throwable failure) {
    try (Contexts.Scope scope = Inboard.contexts().activate(request)) {
      stage.onFailure(failure);
    }
  }

  /** Mutiny's own context, which a stage asks of the next one. */
  @Override
  public io.smallrye.mutiny.Context context() {
    return contextOf(stage);
  }

  static io.smallrye.mutiny.Context contextOf(Object stage) {
    return stage instanceof ContextSupport support
        ? support.context()
        : io.smallrye.mutiny.Context.empty();
  }
}
