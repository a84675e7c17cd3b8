// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The lowest endpoint of a server's connection, which remembers when bytes arrived that wait for a
 * thread: the last time that the selector saw some. Jetty's own time of a request is that of its
 * parsing, after the wait.
 *
 * <p>The time is written by the selector's thread before it hands the connection over, and read by
 * the thread that got it: {@link #known} orders the two.
 */
final class MeshEndPoint extends SocketChannelEndPoint {
  private long since;
  private volatile boolean known;

  MeshEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
    super(channel, selector, key, scheduler);
  }

  @Override
  public Runnable onSelected() {
    if (!Inboard.inbound().disabled()) {
      since = System.nanoTime();
      known = true;
    }
    return super.onSelected();
  }

  /**
   * How long the first request after that moment has waited, in nanoseconds; 0 where nobody can
   * tell: a request that follows another one without a moment between them may have come just now.
   */
  long waited() {
    if (!known) {
      return 0;
    }
    known = false;
    return System.nanoTime() - since;
  }

  /** A request has ended; what was seen while it was under way were the bytes of its body. */
  void ended() {
    known = false;
  }
}
