// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.RejectedExecutionException;

/**
 * Requests over HTTP/1.1 whose pooled connection ended before their first byte. The JDK looks when
 * it takes a connection in plaintext from the pool, and not at all over TLS; between that and the
 * first byte lie two changes of threads, in which many a server's idle timeout strikes. What was
 * not written can be sent again, whatever the method.
 */
final class Stale {
  /** {@code Http1Exchange}s of which nothing was written, nor ever will be. */
  private static final WeakIdentityMap<Object, Boolean> STALE = new WeakIdentityMap<>();

  private Stale() {}

  /** Whether no byte of it was written since its connection had ended. */
  static boolean is(Object http1) {
    return STALE.get(http1) != null;
  }

  /**
   * A request failed. If its head was not taken yet to be written, it never will be: what a peer
   * says at the end of TLS (close_notify) ends the writing, too, and most often before {@link
   * #stops} is asked. Any thread, without a lock.
   */
  static void failed(Object exchange) {
    Object http1 = Internals.impl(exchange);
    if (http1 == null || !Internals.isHttp1(http1) || !Internals.isHeadNext(http1) || is(http1)) {
      return;
    }
    Object connection = Internals.connection(http1);
    if (!Internals.isConnected(connection)) {
      return;
    }
    // In this order: a writer that did not see the mark finds no channel to write to, and what it
    // had written before that shows in the state, which it changes first.
    STALE.put(http1, true);
    if (!close(connection) || !Internals.isHeadNext(http1)) {
      STALE.remove(http1);
    }
  }

  /** Whether nothing is written from now on; what is being written is waited for. */
  private static boolean close(Object connection) {
    Internals.close(connection);
    try {
      // The connection says so at once where another thread closes it.
      Internals.channel(connection).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * {@code Http1Exchange#getOutgoing}, asked for each piece of a request by one thread at a time,
   * which writes the piece. Fails an attempt that the mesh can repeat, or that must not go where
   * the JDK has connected.
   *
   * @return whether the piece stays unwritten
   */
  static boolean stops(Object http1) {
    if (!Internals.isHeadNext(http1)) {
      return false;
    }
    if (is(http1)) {
      return true;
    }
    Object exchange = Internals.exchangeOf(http1);
    SocketChannel channel = Internals.channel(Internals.connection(http1));
    IOException cause = Conversation.astray(exchange, channel);
    if (cause == null) {
      if (!Route.mayChangeConnection(Internals.request(exchange)) || !Liveness.dead(channel)) {
        return false;
      }
      cause = new IOException("the server closed the connection before the request");
    }
    return stop(http1, exchange, cause);
  }

  private static boolean stop(Object http1, Object exchange, IOException cause) {
    STALE.put(http1, true);
    try {
      // Elsewhere: the JDK's scheduler holds a lock here, and futures are completed there.
      Internals.executor(exchange).execute(() -> Internals.cancel(exchange, cause));
      return true;
    } catch (RejectedExecutionException e) {
      STALE.remove(http1);
      return false;
    }
  }
}
