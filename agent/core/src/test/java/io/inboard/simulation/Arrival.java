// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import io.inboard.call.HeaderView;
import java.util.List;

/** An attempt, as the server sees it. */
interface Arrival {
  HeaderView NO_HEADERS = name -> List.of();

  /** 1 for the first of its call. */
  int number();

  /** What the client has written. */
  HeaderView headers();

  /** When the client stops waiting for it, on the simulation's clock; Long.MAX_VALUE: never. */
  long deadlineNanos();

  /** Whether the client waits no longer. */
  boolean givenUp();

  void answer(int status, HeaderView headers);

  default void answer(int status) {
    answer(status, NO_HEADERS);
  }

  /** The connection is refused. */
  void refuse();

  /** The connection breaks after the request. */
  void reset();
}
