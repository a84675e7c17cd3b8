// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

/** The run cannot go on; the message says why and what to do. */
final class Trouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  Trouble(String message) {
    super(message);
  }

  Trouble(String message, Throwable cause) {
    super(message, cause);
  }
}
