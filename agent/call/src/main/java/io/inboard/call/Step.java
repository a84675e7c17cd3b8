// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** What the library does next in a {@link Call}. */
public sealed interface Step {
  /** See {@link Deliver}. */
  Step DELIVER = new Deliver();

  /** See {@link OtherInFlight}. */
  Step OTHER_IN_FLIGHT = new OtherInFlight();

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

  /**
   * The application gets this response, as if the server had sent it; nothing (more) is sent. What
   * the library has of an attempt's response is discarded.
   *
   * @param status 200 to 599
   * @param headers by name, without {@code content-length}, which the adapter sets
   * @param body may be empty; must not be changed
   */
  record Answer(int status, Map<String, String> headers, byte[] body) implements Step {
    public Answer {
      headers = Map.copyOf(headers);
      Objects.requireNonNull(body);
    }
  }

  /**
   * Nothing can be sent yet: the destination's pool is full, its addresses are not known yet, or an
   * injected delay runs. The next step comes with the future. A blocking adapter waits for it, an
   * interrupt ends the call as the library would; an asynchronous one goes on when it is there, off
   * the completing thread, which must not block.
   *
   * @param next completed by the mesh in bounded time, never exceptionally and never with a wait
   */
  record Later(CompletableFuture<Step> next) implements Step {
    public Later {
      Objects.requireNonNull(next);
    }
  }

  /**
   * Follows {@link Call#failed} or {@link Call#responded} of an attempt that was one of two under
   * way ({@link Call#hedge}): the other one is still waited for.
   */
  record OtherInFlight() implements Step {}

  /** The application gets what the library has: the response that was reported, or the error. */
  record Deliver() implements Step {}

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
    /** Too many calls are under way or wait (a bulkhead): an {@code IOException}. */
    OVERFLOW,
    /** The mesh sends less to a destination that fails much: an {@code IOException}. */
    THROTTLED,
    /** No endpoint can take it: an {@code IOException}. */
    NO_ENDPOINT,
    /** An identity or a peer could not be trusted: an {@code SSLException}. */
    UNTRUSTED
  }
}
