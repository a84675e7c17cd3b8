// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * What a request carries from thread to thread: its trace context, its baggage, later its deadline.
 * Opaque here; the core that made it knows it. What it carries never changes.
 */
public interface Context {
  /** No request. */
  Context NONE = new Context() {};

  /** What the caller of this request asked of whoever works for it. */
  default CallerTerms terms() {
    return CallerTerms.NONE;
  }

  /**
   * A framework inside the server says which of its routes the request took ({@code /orders/{id}}):
   * it counts more than {@link InboundCall#route}, whenever that is said, and the first one counts,
   * since an error page may be served by another. On a thread that works for the request; does not
   * throw.
   */
  default void matched(String route) {}

  /**
   * A framework inside the server that tries one route after another says which one has the request
   * now: the last one before the end counts, unless a route has {@link #matched}. On a thread that
   * works for the request; does not throw.
   */
  default void route(String template) {}

  /**
   * A framework inside the server has taken what a handler of the application has thrown, which the
   * server does not see: it is the error of the request if that fails, and the first one counts. On
   * a thread that works for the request; does not throw.
   */
  default void thrown(Throwable error) {}
}
