// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.client.Delays;
import java.net.SocketTimeoutException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Promise;

/**
 * Who waits for a connection above our TLS: is told once, by whichever part of it is the first to
 * know. Any thread.
 */
final class Awaited implements Promise<Object> {
  private final SecuredConnection secured;
  private final Promise<Object> waiting;
  private final AtomicBoolean told = new AtomicBoolean();

  /** Forgets the bound. */
  private volatile Runnable forget = () -> {};

  /**
   * @param waiting of Jetty's
   */
  Awaited(SecuredConnection secured, Promise<Object> waiting) {
    this.secured = secured;
    this.waiting = waiting;
  }

  /**
   * Bounds the wait: Jetty's pools wait for what shakes hands, and open no other connection
   * meanwhile, as long as the peer is silent.
   *
   * @param executor where the connection is closed
   */
  void bound(long nanos, Executor executor) {
    forget = Delays.OF_JDK.after(nanos, () -> executor.execute(() -> timeIsUp(nanos)));
    if (told.get()) {
      forget.run();
    }
  }

  private void timeIsUp(long nanos) {
    if (!told.get()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
      failed(new SocketTimeoutException("no handshake within " + millis + " ms"));
      secured.getEndPoint().close();
    }
  }

  /** The connection that a request is given knows ours below it. */
  @Override
  public void succeeded(Object connection) {
    SecuredConnection.below(connection, secured);
    if (told.compareAndSet(false, true)) {
      forget.run();
      waiting.succeeded(connection);
    }
  }

  /** Of HTTP/2 Jetty waits for the server's first frame, and tells of the end alone. */
  @Override
  public void failed(Throwable error) {
    if (told.compareAndSet(false, true)) {
      forget.run();
      waiting.failed(secured.failure() == null ? error : secured.failure());
    }
  }
}
