// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.InboundCall;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request between begin and end. Its routes and errors are told by threads that work for it,
 * one after the other; the response is written, and the request ended, by any.
 */
final class Served {
  private final InboundCall call;
  private final AtomicBoolean ended = new AtomicBoolean();
  private boolean routed;
  private volatile Throwable thrown;

  /** The status of the head that went out; 0 before. */
  private volatile int status;

  /** Whether the whole response was given to the connection, as far as that took it. */
  private volatile boolean complete;

  /** What is written last, in Jetty's own buffer; null for nothing, or once that is known. */
  private volatile ByteBuffer rest;

  /** Why the peer is gone; null while it is there. Written before {@link #handled} is read. */
  private volatile Throwable gone;

  /** Whether the application is done with it. Written before {@link #gone} is read. */
  private volatile boolean handled;

  Served(InboundCall call) {
    this.call = call;
  }

  InboundCall call() {
    return call;
  }

  /** The mapping of the servlet that was chosen, unless the framework has said more. */
  void servlet(String pattern) {
    if (!routed) {
      call.route(pattern);
    }
  }

  /** The first counts: the dispatch to an error page says it again, of the error page. */
  void spring(String pattern) {
    if (!routed) {
      routed = true;
      call.route(pattern);
    }
  }

  /** What the application threw through the container, as that notes it. */
  void thrown(Object error) {
    if (error instanceof Throwable throwable) {
      thrown = Errors.unwrap(throwable);
    }
  }

  /** The head of the response goes out. */
  void responded(int with) {
    status = with;
  }

  /**
   * The last part is about to go out. A client that has it all may reset the stream or close the
   * connection before Jetty hears that it was written, which then fails, though nothing is left.
   *
   * @param content null for none; what was written is taken from it
   */
  void last(ByteBuffer content) {
    rest = content;
    complete = true;
  }

  /** The connection, or the stream, has failed. */
  void broken(Throwable failure) {
    ByteBuffer left = rest;
    if (left != null && left.hasRemaining()) {
      complete = false;
    }
    rest = null;
    if (thrown == null && failure != null) {
      thrown = Errors.unwrap(failure);
    }
  }

  /**
   * The peer is gone. Jetty 12 may never end a request that the application completes in this
   * moment; where the peer has all of the response, or the application is done, it has ended.
   */
  void gone(Throwable failure) {
    gone = failure;
    ByteBuffer left = rest;
    if (complete && (left == null || !left.hasRemaining())) {
      end(null);
    } else if (handled) {
      complete = false;
      end(failure);
    }
  }

  /**
   * The application is done with it. Usually Jetty ends it after that, perhaps when the last bytes
   * are written; see {@link #gone}.
   *
   * @param failure null if all went well
   */
  void handled(Throwable failure) {
    handled = true;
    Throwable before = gone;
    if (before != null) {
      gone(failure == null ? before : failure);
    }
  }

  /**
   * The end; the first time counts.
   *
   * @param failure why Jetty ended it; null if it ended well
   */
  void end(Throwable failure) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    Throwable error = thrown != null || failure == null ? thrown : Errors.unwrap(failure);
    // What breaks behind a complete response is not this request's; what the application throws is.
    call.end(status, complete && Errors.isConnections(error) ? null : error);
  }
}
