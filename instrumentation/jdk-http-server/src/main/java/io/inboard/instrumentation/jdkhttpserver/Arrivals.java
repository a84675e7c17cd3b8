// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The connections of one server whose peers have begun to speak and not yet said enough. Each may
 * take as long as a handshake may, and there are {@link #MOST} at a time; {@link Shares} says which
 * goes when there are more. They wait in the server's own selector and hold no thread, but memory:
 * 17 KB until the handshake begins, then some 50 KB and an engine.
 *
 * <p>Only the dispatcher may register with the selector, and not before it has dropped the key that
 * it has just cancelled. So it is sent an event of ours, which it gets at that point of its loop.
 *
 * <p>Safe for use by any thread, except for {@link #handle}. The server and its connections are
 * held weakly: this is the value of a map whose key the server is.
 */
final class Arrivals {
  /** Enough for the clients of a server that all come back at once, and some 60 MB at worst. */
  static final int MOST = 1000;

  private static final boolean MARKS_NEW = JdkMembers.MARK_NEWLY_ACCEPTED.isThere();

  private static final WeakIdentityMap<Object, Arrivals> OF_SERVERS = new WeakIdentityMap<>();

  private final Object event = JdkMembers.newEvent();
  private final Queue<WeakReference<Object>> toWatch = new ConcurrentLinkedQueue<>();

  /** Guarded by itself. */
  private final Shares<Arrival, Waiting> waiting = new Shares<>(MOST);

  /** The server's connection, and what ends it. */
  private record Waiting(WeakReference<Object> connection, Deadline deadline) {}

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

  /** It has begun to arrive: its time runs from now on, the first time. */
  void enter(Object server, Object connection, Arrival arrival) {
    Deadline deadline;
    Arrival surplus;
    synchronized (waiting) {
      if (arrival.isDone() || waiting.has(arrival)) {
        return;
      }
      deadline = new Deadline(server, arrival);
      Waiting entry = new Waiting(new WeakReference<>(connection), deadline);
      waiting.add(arrival, entry, Shares.of(arrival.peer()), arrival.lingers());
      surplus = waiting.surplus();
    }
    // Who closes it says so first and then has it leave: whoever comes second here sees the other.
    if (!deadline.schedule(server, arrival) || arrival.isDone()) {
      left(arrival);
    }
    if (surplus != null) {
      expire(server, surplus);
    }
  }

  /** Waits for more bytes of a peer that has entered and not said enough. */
  void await(Object server, Object connection, Arrival arrival) {
    if (arrival.await()) {
      watch(server, connection);
    } else {
      left(arrival);
      close(server, connection);
    }
  }

  /** Waits for the next bytes of a peer as long as the server waits for a request. */
  void watch(Object server, Object connection) {
    toWatch.add(new WeakReference<>(connection));
    JdkMembers.ADD_EVENT.call(server, event);
  }

  /**
   * Takes it out.
   *
   * @return null if it was not here
   */
  private Waiting leave(Arrival arrival) {
    Waiting left;
    synchronized (waiting) {
      left = waiting.remove(arrival);
    }
    if (left != null) {
      left.deadline.forget();
    }
    return left;
  }

  /** It waits no longer, for it is over. */
  void left(Arrival arrival) {
    leave(arrival);
  }

  /** How many wait. */
  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private void expire(Object server, Arrival arrival) {
    Waiting expired = leave(arrival);
    if (expired != null && arrival.expire()) {
      Object connection = expired.connection.get();
      if (connection != null) {
        close(server, connection);
      }
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
    for (WeakReference<Object> w = toWatch.poll(); w != null; w = toWatch.poll()) {
      Object connection = w.get();
      if (connection != null) {
        try {
          register(server, connection);
        } catch (IOException | RuntimeException closedMeanwhile) {
          close(server, connection);
        }
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
    private final WeakReference<Object> server;

    // Null once it is forgotten: a timer keeps what was cancelled until its time.
    private volatile Arrival arrival;

    Deadline(Object server, Arrival arrival) {
      this.server = new WeakReference<>(server);
      this.arrival = arrival;
    }

    /** Returns false if the server has stopped, or the arrival has left already. */
    boolean schedule(Object server, Arrival arrival) {
      try {
        ((Timer) JdkMembers.TIMER.get(server)).schedule(this, arrival.mostMillis());
        return true;
      } catch (IllegalStateException cancelled) {
        return false;
      }
    }

    void forget() {
      cancel();
      arrival = null;
    }

    @Override
    public void run() {
      Object ofServer = server.get();
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
