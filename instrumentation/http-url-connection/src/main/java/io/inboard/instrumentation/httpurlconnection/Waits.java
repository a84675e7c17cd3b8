// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.inboard.call.Call;
import io.inboard.call.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Where the calling thread waits for the mesh rather than for the network: for room, or for the
 * time of an attempt. What cuts that short (an interrupt, a disconnect, the application's timeout)
 * ends the call. Used by the calling thread; {@link #leave} comes from any.
 */
final class Waits {
  private final Call call;
  private final Patience patience;

  /** Done when the application disconnects; wakes who waits. */
  private final CompletableFuture<Step> gone = new CompletableFuture<>();

  /** Null until a wait was cut short. */
  private IOException stopped;

  Waits(Call call, Patience patience) {
    this.call = call;
    this.patience = patience;
  }

  /** The application disconnects. */
  void leave() {
    gone.complete(Step.DELIVER);
  }

  /** Whether it has. */
  boolean left() {
    return gone.isDone();
  }

  /** Why a wait did not last to its end; empty if all did. */
  Optional<IOException> stopped() {
    return Optional.ofNullable(stopped);
  }

  /** Waits until the mesh returns a step other than Later. */
  Step awaited(Step first) {
    Step step = first;
    while (step instanceof Step.Later wait) {
      CompletableFuture<?> either = CompletableFuture.anyOf(wait.next(), gone);
      long left = patience.left();
      try {
        step = (Step) (left == Long.MAX_VALUE ? either.get() : either.get(left, NANOSECONDS));
      } catch (TimeoutException e) {
        step = stop(new SocketTimeoutException("Connect timed out"));
      } catch (InterruptedException e) {
        step = interrupted();
      } catch (ExecutionException e) {
        step = stop(new IOException(e.getCause()));
      }
    }
    return left() && stopped == null ? stop(new SocketException("Socket closed")) : step;
  }

  /** Waits before an attempt; false when that was cut short. */
  boolean pause(long nanos) {
    if (nanos > 0) {
      try {
        gone.get(nanos, NANOSECONDS);
      } catch (TimeoutException e) {
        return true;
      } catch (InterruptedException e) {
        interrupted();
        return false;
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      }
    }
    if (left()) {
      stop(new SocketException("Socket closed"));
      return false;
    }
    return true;
  }

  /** An interrupt ends the call as it ends a wait of the JDK. */
  private Step interrupted() {
    Thread.currentThread().interrupt();
    return stop(new InterruptedIOException("interrupted before an attempt"));
  }

  private Step stop(IOException why) {
    stopped = why;
    call.abandoned();
    return Step.DELIVER;
  }
}
