// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.net.SocketTimeoutException;

/** Errors as the library has them, and as the steps of a call want them. */
final class Errors {
  private Errors() {}

  /** A bound of the mesh's is over; the library's exception for it is no {@link IOException}. */
  private static final class TimeUp extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;

    TimeUp(String message) {
      super(message);
    }
  }

  static IOException timeout(String message) {
    return new TimeUp(message);
  }

  /** As the application gets it. */
  static Throwable ofLibrary(Throwable error) {
    if (!(error instanceof TimeUp)) {
      return error;
    }
    ReadTimeoutException timeout = timeUp(error);
    if (error.getCause() != null) {
      // It takes no cause.
      timeout.addSuppressed(error.getCause());
    }
    return timeout;
  }

  /**
   * In Netty (4.1.101 and 4.2.17 were seen) the constructor that takes a message asserts that it is
   * not called so: ChannelException, {@code assert shared}.
   */
  private static ReadTimeoutException timeUp(Throwable error) {
    try {
      return new ReadTimeoutException(error.getMessage());
    } catch (AssertionError assertionsAreOn) {
      ReadTimeoutException timeout = new ReadTimeoutException();
      timeout.addSuppressed(error);
      return timeout;
    }
  }

  /** Whether the application's own bound of the wait for a response is over. */
  static boolean isApplicationsTimeout(Throwable error) {
    return error instanceof ReadTimeoutException;
  }
}
