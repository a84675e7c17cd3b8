// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.mutiny;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.concurrent.Flow;

/** As {@link UniInContext}, of a Multi. */
final class MultiInContext<T> implements MultiSubscriber<T>, ContextSupport {
  private final MultiSubscriber<T> stage;
  private final Context request;

  MultiInContext(MultiSubscriber<T> stage, Context request) {
    this.stage = stage;
    this.request = request;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
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

  @Override
  public void onCompletion() {
    try (Contexts.Scope scope = Inboard.contexts().activate(request)) {
      stage.onCompletion();
    }
  }

  @Override
  public io.smallrye.mutiny.Context context() {
    return UniInContext.contextOf(stage);
  }
}
