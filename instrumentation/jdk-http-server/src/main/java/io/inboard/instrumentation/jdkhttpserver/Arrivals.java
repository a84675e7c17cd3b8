// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The connections of one server whose peers have begun to speak and not yet said enough. They wait
 * in the server's own selector, each as long as a handshake may take and {@link #MOST} at a time;
 * of more the one goes that has waited longest. They hold no thread, and 17 KB each.
 *
 * <p>Only the dispatcher may register with the selector, and not before it has dropped the key that
 * it has just cancelled. So it is sent an event of ours, which it gets at that point of its loop.
 *
 * <p>Safe for use by any thread, except for {@link #handle}.
 */
final class Arrivals {
  static final int MOST = 100;

  private static final boolean MARKS_NEW = JdkMembers.MARK_NEWLY_ACCEPTED.isThere();

  private static final WeakIdentityMap<Object, Arrivals> OF_SERVERS = new WeakIdentityMap<>();

  private final Object event = JdkMembers.newEvent();
  private final Queue<Object> toWatch = new ConcurrentLinkedQueue<>();

  /** The server's connection by its arrival, the oldest first. Guarded by itself. */
  private final Map<Arrival, Waiting> waiting = new LinkedHashMap<>();

  private record Waiting(Object connection, Deadline deadline) {}

  /** Those of a server, which is the JDK's {@code ServerImpl}. */
  static Arrivals of(Object server) {
    Arrivals known = OF_SERVERS.get(server);
    if (known != null) {
      return known;
    }
    Arrivals fresh = new Arrivals();
    Arrivals other = OF_SERVERS.putIfAbsent(server, fresh);
    return other == null ? fresh : other;
  }

  /** Waits for more bytes of a peer that has not said enough. */
  void await(Object server, Object connection, Arrival arrival) {
    Arrival oldest = null;
    synchronized (waiting) {
      if (!waiting.containsKey(arrival)) {
        Deadline deadline = new Deadline(server, arrival);
        waiting.put(arrival, new Waiting(connection, deadline));
        deadline.schedule();
        if (waiting.size() > MOST) {
          oldest = waiting.keySet().iterator().next();
        }
      }
    }
    if (oldest != null) {
      expire(server, oldest);
    }
    if (arrival.await()) {
      watch(server, connection);
    } else {
      left(arrival);
      close(server, connection);
    }
  }

  /** Waits for the next bytes of a peer as long as the server waits for a request. */
  void watch(Object server, Object connection) {
    toWatch.add(connection);
    JdkMembers.ADD_EVENT.call(server, event);
  }

  /** It waits no longer, for it is over. */
  void left(Arrival arrival) {
    Waiting left;
    synchronized (waiting) {
      left = waiting.remove(arrival);
    }
    if (left != null) {
      left.deadline.forget();
    }
  }

  /** How many wait. */
  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private void expire(Object server, Arrival arrival) {
    Waiting expired;
    synchronized (waiting) {
      expired = waiting.get(arrival);
    }
    if (expired != null && arrival.expire()) {
      left(arrival);
      close(server, expired.connection);
    }
  }

  private static void close(Object server, Object connection) {
    JdkMembers.CLOSE_CONNECTION.call(server, connection);
  }

  /** Whether it is ours that the dispatcher has got. */
  boolean isOurs(Object candidate) {
    return candidate == event;
  }

  /** Registers what is to be watched. Dispatcher's thread. */
  void handle(Object server) {
    for (Object c = toWatch.poll(); c != null; c = toWatch.poll()) {
      try {
        register(server, c);
      } catch (IOException | RuntimeException closedMeanwhile) {
        close(server, c);
      }
    }
  }

  /** As the dispatcher itself does with what it has just accepted. */
  private static void register(Object server, Object connection) throws IOException {
    SocketChannel channel = Exchanges.channelOf(connection);
    channel.configureBlocking(false);
    SelectionKey key =
        channel.register(
            (Selector) JdkMembers.SELECTOR.get(server), SelectionKey.OP_READ, connection);
    JdkMembers.SELECTION_KEY.set(connection, key);
    if (MARKS_NEW) {
      ((Set<?>) JdkMembers.REQUESTS.get(server)).remove(connection);
      JdkMembers.MARK_NEWLY_ACCEPTED.call(server, connection);
    }
  }

  /** Runs on the server's own timer, which an exception would end. */
  private final class Deadline extends TimerTask {
    private final Timer timer;

    // Null once it is forgotten: a timer keeps what was cancelled until its time.
    private volatile Object server;
    private volatile Arrival arrival;

    Deadline(Object server, Arrival arrival) {
      this.timer = (Timer) JdkMembers.TIMER.get(server);
      this.server = server;
      this.arrival = arrival;
    }

    void schedule() {
      try {
        timer.schedule(this, arrival.mostMillis());
      } catch (IllegalStateException stopped) {
        // The server was stopped meanwhile, and closes the connection.
      }
    }

    void forget() {
      cancel();
      server = null;
      arrival = null;
    }

    @Override
    public void run() {
      Object ofServer = server;
      Arrival expired = arrival;
      if (ofServer != null && expired != null) {
        try {
          expire(ofServer, expired);
        } catch (RuntimeException e) {
          // Closed already, or will be by the server's own timeout.
        }
      }
    }
  }
}
