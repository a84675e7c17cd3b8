// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;

/**
 * The end of one piece of work. When it comes, the socket that is in use is closed: that alone ends
 * a write to a peer that reads nothing, and an answer that drips. To be closed when the work is
 * done.
 *
 * <p>What it cannot end is a look-up of a name, which the JDK does not let itself be taken out of;
 * its result is not used.
 */
public final class Deadline implements AutoCloseable {
  private final Clock clock;
  private final long end;
  private final Timer.Task task;

  /** In use now; null: none. Guarded by this object's lock, as {@link #over} is. */
  private Socket socket;

  private boolean over;

  /**
   * Begins at once.
   *
   * @param timer runs when the time is up
   * @param clock says how much is left
   * @param nanos how long the work may take
   */
  public Deadline(Timer timer, Clock clock, long nanos) {
    this.clock = clock;
    this.end = clock.nanos() + nanos;
    this.task = timer.schedule(this::end, nanos);
  }

  private void end() {
    Socket last;
    synchronized (this) {
      over = true;
      last = socket;
    }
    if (last != null) {
      closeQuietly(last);
    }
  }

  /** From now on it is this socket that is closed in the end. */
  void guard(Socket used) throws InterruptedIOException {
    synchronized (this) {
      socket = used;
      if (!over) {
        return;
      }
    }
    closeQuietly(used);
    throw timeout();
  }

  /** Nothing of it is in use any more. */
  synchronized void release() {
    socket = null;
  }

  /** Whether it has come. */
  public synchronized boolean isOver() {
    return over;
  }

  /** How long it is until then; 0 if it has come. */
  public long remainingNanos() {
    return isOver() ? 0 : Math.max(0, end - clock.nanos());
  }

  /** What an error is to be called: a closed socket is no news to who asked for the end. */
  IOException explain(IOException error) {
    return isOver() ? timeout() : error;
  }

  private static InterruptedIOException timeout() {
    return new InterruptedIOException("timeout");
  }

  static void closeQuietly(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception e) {
      // It is as closed as it can be.
    }
  }

  @Override
  public void close() {
    task.cancel();
  }
}
