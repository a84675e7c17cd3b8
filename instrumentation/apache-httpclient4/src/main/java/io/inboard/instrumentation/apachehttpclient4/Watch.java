// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import org.apache.http.client.methods.HttpExecutionAware;
import org.apache.http.concurrent.Cancellable;
import org.apache.http.conn.ConnectionReleaseTrigger;

/**
 * What an attempt tells the application's request, of what a cancellation has to stop; that tells a
 * hop of the cancellation, too, and of the attempt's hold on its connection. Set up by the thread
 * that makes the call; a cancellation comes from any.
 */
final class Watch implements HttpExecutionAware {
  /** The application's; null if it cannot cancel. */
  private final HttpExecutionAware own;

  /** Runs when the application cancels; null: nothing. */
  private final Runnable cancelled;

  /** Of the attempt under way; null before. */
  private volatile Line line;

  /**
   * @param own the application's; null if it cannot cancel
   * @param cancelled runs when the application cancels, on its thread
   */
  Watch(HttpExecutionAware own, Runnable cancelled) {
    this.own = own;
    this.cancelled = cancelled;
  }

  /** One that nobody needs, but for being one. */
  static Watch nothing(HttpExecutionAware own) {
    return new Watch(own, null);
  }

  /** An attempt begins, whose connection this is about. */
  void on(Line next) {
    line = next;
  }

  /** While the mesh waits there is nothing else to stop. */
  void waits() {
    if (own != null) {
      own.setCancellable(
          () -> {
            cancelled.run();
            return true;
          });
      if (own.isAborted()) {
        // It may have come too early to be told.
        cancelled.run();
      }
    }
  }

  @Override
  public boolean isAborted() {
    return own != null && own.isAborted();
  }

  @Override
  public void setCancellable(Cancellable cancellable) {
    Line now = line;
    if (now != null && cancellable instanceof ConnectionReleaseTrigger) {
      now.heldBy(cancellable);
    }
    if (own == null) {
      return;
    }
    own.setCancellable(
        cancelled == null
            ? cancellable
            : () -> {
              if (now != null) {
                now.isCancelled();
              }
              cancelled.run();
              return cancellable.cancel();
            });
  }
}
