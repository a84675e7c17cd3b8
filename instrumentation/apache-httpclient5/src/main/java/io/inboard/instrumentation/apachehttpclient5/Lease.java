// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.util.Timeout;

/**
 * The wait for the pool, which ends with the attempt. A connection that the pool hands over after
 * the end of the wait and before the library has cancelled it is nobody's in most versions (with
 * HttpCore 5.2 alone the two are one step), and stays leased. Here it is the one that was waited
 * for. Used by the thread that waits; {@link #cancel} comes from any.
 */
final class Lease implements LeaseRequest {
  private final LeaseRequest own;

  Lease(LeaseRequest own) {
    this.own = own;
  }

  @Override
  public ConnectionEndpoint get(Timeout timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return own.get(timeout);
    } catch (TimeoutException e) {
      ConnectionEndpoint late = handedOver();
      if (late == null) {
        throw e;
      }
      return late;
    }
  }

  /** Null: nothing was, and nothing will be. */
  private ConnectionEndpoint handedOver() throws InterruptedException {
    own.cancel();
    try {
      return own.get(Timeout.ZERO_MILLISECONDS);
    } catch (TimeoutException | ExecutionException | CancellationException e) {
      return null;
    }
  }

  @Override
  public boolean cancel() {
    return own.cancel();
  }
}
