// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Objects;

/** What the library does next in a {@link Call}. */
public sealed interface Step {
  /** See {@link HandOn}. */
  Step HAND_ON = new HandOn();

  /**
   * Send this attempt, after the delay. A blocking adapter sleeps (and an interrupt ends the call
   * as the library would), an asynchronous one schedules.
   *
   * @param delayNanos 0 or more
   */
  record Send(Attempt attempt, long delayNanos) implements Step {
    public Send {
      Objects.requireNonNull(attempt);
    }
  }

  /** The application gets what the library has: the response that was reported, or the error. */
  record HandOn() implements Step {}

  /**
   * The application gets an error of the library's own kind, without (further) I/O.
   *
   * @param message says what was refused, for which destination and why; ready for a log
   */
  record Refuse(Reason reason, String message) implements Step {
    public Refuse {
      Objects.requireNonNull(reason);
      Objects.requireNonNull(message);
    }
  }

  /** Why a call is refused. */
  enum Reason {
    /** Its time is up: the library's timeout exception. */
    TIMEOUT,
    /** The circuit breaker of the destination is open: an {@code IOException}. */
    CIRCUIT_OPEN,
    /** No endpoint can take it: an {@code IOException}. */
    NO_ENDPOINT,
    /** An identity or a peer could not be trusted: an {@code SSLException}. */
    UNTRUSTED
  }
}
