// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.net.HttpURLConnection;
import java.util.concurrent.TimeUnit;

/**
 * How long the application waits, over all attempts of a hop: its connect timeout until the first
 * byte goes out, its read timeout from there to the response head. Used by the calling thread.
 */
final class Patience {
  private static final long FOREVER = Long.MAX_VALUE;

  private final long connectNanos;
  private final long readNanos;
  private final long begun = System.nanoTime();
  private boolean sent;
  private long sentAt;

  Patience(HttpURLConnection connection) {
    connectNanos = nanos(connection.getConnectTimeout(), Internals.defaultConnectTimeout());
    readNanos = readNanos(connection);
  }

  /** From the request's last byte to the head; {@link Long#MAX_VALUE}: for ever. */
  static long readNanos(HttpURLConnection connection) {
    return nanos(connection.getReadTimeout(), Internals.defaultReadTimeout());
  }

  private static long nanos(int millis, int otherwise) {
    int effective = millis > 0 ? millis : otherwise;
    return effective > 0 ? TimeUnit.MILLISECONDS.toNanos(effective) : FOREVER;
  }

  void sending() {
    if (!sent) {
      sent = true;
      sentAt = System.nanoTime();
    }
  }

  /** Until the application runs into its timeout; 0 or less: it has. */
  long left() {
    return sent ? left(readNanos, sentAt) : left(connectNanos, begun);
  }

  /** For connecting now. */
  long leftToConnect() {
    return sent ? Math.min(connectNanos, left(readNanos, sentAt)) : left();
  }

  boolean boundsReading() {
    return readNanos != FOREVER;
  }

  private static long left(long nanos, long since) {
    return nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - since);
  }
}
