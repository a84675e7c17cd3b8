// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * What a request carries from thread to thread: its trace context, its baggage, later its deadline.
 * Opaque here; the core that made it knows it. Immutable.
 */
public interface Context {
  /** No request. */
  Context NONE = new Context() {};

  /** What the caller of this request asked of whoever works for it. */
  default CallerTerms terms() {
    return CallerTerms.NONE;
  }
}
