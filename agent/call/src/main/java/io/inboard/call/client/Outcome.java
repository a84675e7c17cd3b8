// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import java.io.IOException;
import java.util.Objects;

/**
 * What a {@link BlockingCall} came to.
 *
 * @param <R> the library's response
 */
public sealed interface Outcome<R> {
  /** The call is left alone: the library sends as without us. */
  record Untouched<R>() implements Outcome<R> {}

  /** The library sends this attempt, or has sent it, and its adapter reports what comes. */
  record Sending<R>(Attempt attempt) implements Outcome<R> {
    public Sending {
      Objects.requireNonNull(attempt);
    }
  }

  /**
   * The application gets this response.
   *
   * @param response null where {@link Transport#answer} has put it into the library itself
   * @param answered whether it is an answer of the mesh
   */
  record Delivered<R>(R response, boolean answered) implements Outcome<R> {}

  /**
   * The application gets this error.
   *
   * @param refused whether the mesh refuses the call; else it is what the last attempt threw
   */
  record Failed<R>(Throwable error, boolean refused) implements Outcome<R> {
    public Failed {
      Objects.requireNonNull(error);
    }
  }

  /**
   * A wait was cut short: an interrupt, a cancellation, the application's timeout. The call was
   * abandoned. What came of the last attempt, if there was one, was not discarded.
   *
   * @param why the library's exception for it
   */
  record Stopped<R>(IOException why) implements Outcome<R> {
    public Stopped {
      Objects.requireNonNull(why);
    }
  }
}
