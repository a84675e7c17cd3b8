// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

/**
 * A connection ends, and Jetty aborts its requests for it on this thread, by the method by which an
 * application does. What the application aborts meanwhile, as it hears of the end, is its own.
 *
 * @param cause what the connection fails its requests with
 */
record LostConnection(Object connection, Throwable cause) {
  /** No value: none ends. */
  private static final ThreadLocal<LostConnection> ENDING = new ThreadLocal<>();

  static void begin(Object connection, Throwable cause) {
    ENDING.set(new LostConnection(connection, cause));
  }

  static void end() {
    ENDING.remove();
  }

  /** The connection that aborts a request with this; null if the application does. */
  static Object of(Throwable cause) {
    LostConnection ending = ENDING.get();
    return ending == null || ending.cause != cause ? null : ending.connection;
  }
}
