// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.http.concurrent.Cancellable;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager;
import org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor;
import org.apache.http.nio.NHttpClientConnection;
import org.apache.http.nio.reactor.IOReactorException;

/**
 * The library's pool, for one wait that is cancelled: it lets something else happen between the
 * first step of that and those that follow.
 */
final class HaltingPool extends PoolingNHttpClientConnectionManager implements AutoCloseable {
  /** More than what happens takes, unless it has to wait for the end of all steps. */
  private static final long PAUSE_MILLIS = 500;

  private volatile HttpRoute route;
  private volatile Runnable meanwhile;
  private volatile boolean asked;
  private volatile boolean cancelled;

  HaltingPool() throws IOReactorException {
    super(new DefaultConnectingIOReactor());
  }

  /** The connection that is kept for the route that was asked for last. */
  NHttpClientConnection leased() throws Exception {
    asked = false;
    return super.requestConnection(route, null, 0, 0, TimeUnit.MILLISECONDS, null)
        .get(10, TimeUnit.SECONDS);
  }

  /** What happens before the last step of a cancellation, on a thread of its own. */
  void beforeLastStep(Runnable task) {
    meanwhile = task;
  }

  boolean isAsked() {
    return asked;
  }

  boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Future<NHttpClientConnection> requestConnection(
      HttpRoute to,
      Object state,
      long connectTimeout,
      long leaseTimeout,
      TimeUnit unit,
      FutureCallback<NHttpClientConnection> callback) {
    Future<NHttpClientConnection> own =
        super.requestConnection(to, state, connectTimeout, leaseTimeout, unit, callback);
    route = to;
    asked = true;
    return new Halting(own);
  }

  @Override
  public void close() throws IOException {
    shutdown(0);
  }

  private final class Halting implements Future<NHttpClientConnection> {
    private final Future<NHttpClientConnection> own;

    Halting(Future<NHttpClientConnection> own) {
      this.own = own;
    }

    @Override
    public boolean cancel(boolean interrupts) {
      try {
        firstStep(own);
        Thread other = new Thread(meanwhile, "meanwhile");
        other.start();
        other.join(PAUSE_MILLIS);
        return own.cancel(interrupts);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        cancelled = true;
      }
    }

    /** Of versions that have more than one. */
    private static void firstStep(Object future) {
      try {
        for (Field field : future.getClass().getDeclaredFields()) {
          field.setAccessible(true);
          Object captured = field.get(future);
          if (captured instanceof Cancellable request
              && captured.getClass().getSimpleName().equals("LeaseRequest")) {
            request.cancel();
          } else if (captured instanceof Future && !(captured instanceof Cancellable)) {
            firstStep(captured);
          }
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public boolean isCancelled() {
      return own.isCancelled();
    }

    @Override
    public boolean isDone() {
      return own.isDone();
    }

    @Override
    public NHttpClientConnection get() throws InterruptedException, ExecutionException {
      return own.get();
    }

    @Override
    public NHttpClientConnection get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      return own.get(timeout, unit);
    }
  }
}
