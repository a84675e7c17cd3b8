// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;

/** Errors as Jetty has them, and as the steps of a call want them. */
final class Errors {
  private Errors() {}

  /** A bound of the mesh's is over; Jetty's exception for it is no {@link IOException}. */
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
  static Throwable ofJetty(Throwable error) {
    if (!(error instanceof TimeUp)) {
      return error;
    }
    TimeoutException timeout = new TimeoutException(error.getMessage());
    if (error.getCause() != null) {
      timeout.initCause(error.getCause());
    }
    return timeout;
  }

  /** What the application gave up with, for steps that know one kind of exception. */
  static IOException ofCall(Throwable cause) {
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
