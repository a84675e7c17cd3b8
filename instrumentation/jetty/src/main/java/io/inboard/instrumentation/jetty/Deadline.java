// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.InboundConnection;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes a connection that has not become one of HTTP in time. Jetty's own timer begins anew with
 * every byte.
 *
 * <p>Used by the thread that reads the connection; only {@link #expire} is the scheduler's.
 */
final class Deadline {
  private final Scheduler scheduler;
  private final EndPoint endPoint;
  private final InboundConnection connection;

  /** Null while there is none. */
  private Scheduler.Task task;

  Deadline(Scheduler scheduler, EndPoint endPoint, InboundConnection connection) {
    this.scheduler = scheduler;
    this.endPoint = endPoint;
    this.connection = connection;
  }

  /** In so many milliseconds, in place of the one before. */
  void in(int millis) {
    cancel();
    task = scheduler.schedule(this::expire, millis, TimeUnit.MILLISECONDS);
  }

  void cancel() {
    if (task != null) {
      task.cancel();
      task = null;
    }
  }

  private void expire() {
    if (!connection.isMutualTls()) {
      connection.closed();
      endPoint.close();
    }
  }
}
