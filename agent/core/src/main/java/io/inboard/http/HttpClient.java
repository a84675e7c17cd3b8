// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import io.inboard.time.Timer;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks one URL, again and again, over a connection that is kept. Made for one request at a time;
 * more at once each have a connection, of which one is kept.
 *
 * <p>Safe for use by any thread. It blocks, and opens sockets, so it is for threads of the agent.
 */
public final class HttpClient implements Closeable {
  /** As okhttp's pool; longer than the pauses between two exports. */
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Route route;
  private final long maxBody;
  private final Timer timer;
  private final AtomicReference<Kept> kept = new AtomicReference<>();
  private volatile boolean closed;

  /** A connection that nobody uses now. */
  private record Kept(Connection connection, AtomicReference<Timer.Task> eviction) {}

  /**
   * @param uri {@code http} or {@code https}
   * @param tls for https; used for nothing else
   * @param proxies which proxy to take
   * @param maxBody how many bytes of an answer's body are read
   * @param timer closes what was not used for long
   * @throws IllegalArgumentException when it is another kind of URL
   */
  public HttpClient(URI uri, Tls tls, Proxies proxies, long maxBody, Timer timer) {
    this.route = new Route(HttpAddress.of(uri), tls, proxies);
    this.maxBody = maxBody;
    this.timer = timer;
  }

  /**
   * Sends a request once and reads the answer, whatever its status. A kept connection that turns
   * out to be closed by the server is no error: the request goes over a new one.
   *
   * @param deadline when to give up; an {@link java.io.InterruptedIOException} then
   * @throws IllegalArgumentException when a header cannot be sent
   */
  public HttpAnswer send(HttpRequest request, Deadline deadline) throws IOException {
    try {
      Connection last = take();
      if (last != null) {
        // Before it is listened to, which a server that never falls silent would draw out for ever.
        last.guardedBy(deadline);
      }
      if (last != null && last.isAlive()) {
        try {
          return exchange(last, request, deadline);
        } catch (IOException e) {
          if (last.answered() || deadline.isOver() || closed) {
            throw e;
          }
          // The server closed it in the same moment, since no byte of an answer came.
        }
      } else if (last != null) {
        last.close();
      }
      return exchange(route.connect(deadline), request, deadline);
    } catch (IOException e) {
      throw deadline.explain(e);
    } finally {
      deadline.release();
    }
  }

  private HttpAnswer exchange(Connection connection, HttpRequest request, Deadline deadline)
      throws IOException {
    boolean done = false;
    try {
      connection.guardedBy(deadline);
      HttpAnswer answer = connection.exchange(request, maxBody);
      deadline.release();
      done = true;
      return answer;
    } finally {
      if (done && connection.isReusable()) {
        keep(connection);
      } else {
        connection.close();
      }
    }
  }

  private Connection take() {
    Kept last = kept.getAndSet(null);
    if (last == null) {
      return null;
    }
    Timer.Task eviction = last.eviction.get();
    if (eviction != null) {
      eviction.cancel();
    }
    return last.connection;
  }

  private void keep(Connection connection) {
    Kept now = new Kept(connection, new AtomicReference<>());
    now.eviction.set(timer.schedule(() -> evict(now), KEPT_NANOS));
    Kept other = kept.getAndSet(now);
    if (other != null) {
      other.connection.close();
    }
    if (closed) {
      evict(now);
    }
  }

  private void evict(Kept old) {
    if (kept.compareAndSet(old, null)) {
      old.connection.close();
    }
  }

  /** Closes what is kept. A request that is under way goes on until its deadline. */
  @Override
  public void close() {
    closed = true;
    Connection last = take();
    if (last != null) {
      last.close();
    }
  }
}
