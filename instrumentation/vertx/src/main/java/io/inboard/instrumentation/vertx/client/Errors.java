// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Call.Progress;
import io.vertx.core.VertxException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;

/** Errors as the library has them, and as the steps of a call want them. */
final class Errors {
  /** RFC 9113 section 7. */
  private static final long REFUSED_STREAM = 7;

  static final long CANCEL = 8;

  private Errors() {}

  /** A bound is over; the library's exception for it is no {@link IOException}. */
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
    TimeoutException timeout = new TimeoutException(error.getMessage());
    timeout.initCause(error.getCause());
    return timeout;
  }

  /** How far a request came whose head was sent. */
  static Progress progress(Throwable error) {
    if (error instanceof StreamResetException reset && reset.getCode() == REFUSED_STREAM) {
      return Progress.REFUSED_STREAM;
    }
    // Else the library could not make a response of what has arrived.
    return error instanceof IOException
            || error instanceof VertxException
            || error instanceof TimeoutException
        ? Progress.SENT
        : Progress.RESPONSE_STARTED;
  }
}
