// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Carries out one order. The thread that runs it waits for answers on a selector, and sends a
 * connection's next request as soon as the answer is there. In an open loop a second thread sleeps
 * until a request is due and sends it on a connection that is idle: a selector's own wait is in
 * whole milliseconds, too coarse for a due time, and shorter ones would burn a core that the
 * measured services need.
 *
 * <p>Everything mutable is guarded by this object's lock, which two threads at most ask for.
 */
final class Drive implements AutoCloseable {
  private static final long TICK_MILLIS = 10;
  private static final long REST = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final LoadOrder order;
  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private final ArrayDeque<Connection> resting = new ArrayDeque<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
  private final byte[] bytes = new byte[65_536];
  private final Tally tally = new Tally();
  private Pace pace;
  private Thread pacer;
  private boolean pacerNeedsConnection;
  private boolean ended;
  private int busy;
  private long lastEnd;

  /** Opens the connections; throws when that does not succeed. */
  @SuppressWarnings("AddressSelection") // One address, for all variants the same.
  Drive(LoadOrder order) throws IOException {
    this.order = order;
    this.selector = Selector.open();
    URI url = URI.create(order.url());
    int port = url.getPort() < 0 ? 80 : url.getPort();
    InetSocketAddress address = new InetSocketAddress(url.getHost(), port);
    ByteBuffer request = ByteBuffer.allocateDirect(16_384).put(request(url)).flip();
    try {
      for (int i = 0; i < order.connections(); i++) {
        Connection connection = new Connection(address, selector, request);
        connections.add(connection);
        connection.open();
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw new IOException("connection to " + url.getAuthority() + ": " + said(e), e);
    }
  }

  private static byte[] request(URI url) {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return ("GET " + path + query + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends for the seconds of the order and waits for the last answers, 10 s at most. */
  Tally run() throws IOException {
    long start = System.nanoTime();
    synchronized (this) {
      lastEnd = start;
      pace =
          switch (order.mode()) {
            case closed -> new Pace.Closed(start, order.seconds());
            case open -> new Pace.Open(start, order.rate(), order.seconds());
          };
      connections.forEach(connection -> free(connection, start));
      if (order.mode() == LoadOrder.Mode.open) {
        pacer = new Thread(this::keepPace, "load-pacer");
        pacer.setDaemon(true);
        pacer.start();
      }
    }
    long sending = (long) (order.seconds() * 1e9);
    long giveUp = start + sending + PATIENCE;
    Consumer<SelectionKey> ready = this::ready;
    do {
      selector.select(ready, TICK_MILLIS);
    } while (!isOver(System.nanoTime(), giveUp));
    synchronized (this) {
      tally.lasted(Math.max(sending, lastEnd - start));
      return tally;
    }
  }

  private synchronized boolean isOver(long now, long giveUp) {
    while (!resting.isEmpty() && now - resting.peek().restsUntil >= 0) {
      reopen(resting.poll(), now);
    }
    boolean late = now - giveUp >= 0;
    if (late) {
      lastEnd = now;
      for (int i = 0; i < busy; i++) {
        tally.broken("no answer 10 s after the end");
      }
      while (pace.next(now) != Pace.NONE) {
        tally.broken("no connection was free until 10 s after the end");
      }
    }
    ended = late || pace.over(now) && busy == 0;
    return ended;
  }

  private void keepPace() {
    for (long wait = 0; wait >= 0; wait = sendWhatIsDue()) {
      LockSupport.parkNanos(wait);
    }
  }

  /** How long until there is more to do; negative when it is over. */
  private synchronized long sendWhatIsDue() {
    while (!ended && !idle.isEmpty()) {
      long now = System.nanoTime();
      long until = pace.untilNext(now);
      if (until > 0) {
        return pace.over(now) ? -1 : until;
      }
      send(idle.poll(), pace.next(now), now);
    }
    pacerNeedsConnection = true;
    return ended ? -1 : PATIENCE;
  }

  private synchronized void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isConnectable()) {
        connection.finishConnect(key);
        free(connection, System.nanoTime());
      } else if (key.isReadable()) {
        read(connection);
      }
    } catch (IOException | RuntimeException e) {
      broken(connection, said(e));
    }
  }

  private void read(Connection connection) throws IOException {
    buffer.clear();
    int length = connection.read(buffer);
    long now = System.nanoTime();
    if (length < 0) {
      closed(connection, now);
      return;
    }
    buffer.flip().get(bytes, 0, length);
    if (connection.answer.read(bytes, length)) {
      answered(connection, now);
    }
  }

  private void closed(Connection connection, long now) {
    if (!connection.busy) {
      idle.remove(connection);
      tally.reconnected();
      reopen(connection, now);
    } else if (connection.answer.closed()) {
      answered(connection, now);
    } else {
      broken(connection, "the connection was closed before the answer was whole");
    }
  }

  private void answered(Connection connection, long now) {
    connection.busy = false;
    busy--;
    lastEnd = now;
    tally.answered(connection.answer.status(), now - connection.due);
    if (connection.answer.closesConnection()) {
      tally.reconnected();
      reopen(connection, now);
    } else {
      free(connection, now);
    }
  }

  private void broken(Connection connection, String why) {
    long now = System.nanoTime();
    if (connection.busy) {
      connection.busy = false;
      busy--;
      lastEnd = now;
      tally.broken(why);
    } else {
      idle.remove(connection);
      tally.error(why);
    }
    connection.close();
    connection.restsUntil = now + REST;
    resting.add(connection);
  }

  private void reopen(Connection connection, long now) {
    if (pace.over(now)) {
      connection.close();
      return;
    }
    try {
      if (connection.reopen()) {
        free(connection, now);
      }
    } catch (IOException | RuntimeException e) {
      broken(connection, said(e));
    }
  }

  private void free(Connection connection, long now) {
    long due = pace.next(now);
    if (due != Pace.NONE) {
      send(connection, due, now);
      return;
    }
    idle.add(connection);
    if (pacerNeedsConnection) {
      pacerNeedsConnection = false;
      LockSupport.unpark(pacer);
    }
  }

  private void send(Connection connection, long due, long now) {
    tally.waited(now - due);
    busy++;
    try {
      connection.send(due);
    } catch (IOException e) {
      broken(connection, said(e));
    }
  }

  private static String said(Exception e) {
    return e.getMessage() == null ? e.getClass().getName() : e.getMessage();
  }

  @Override
  public synchronized void close() throws IOException {
    ended = true;
    LockSupport.unpark(pacer);
    connections.forEach(Connection::close);
    selector.close();
  }
}
