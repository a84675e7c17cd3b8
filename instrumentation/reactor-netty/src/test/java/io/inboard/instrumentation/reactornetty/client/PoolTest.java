// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.contract.Capability;
import io.inboard.contract.PoolContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.util.Set;
import reactor.netty.resources.ConnectionPoolMetrics;

/** What the library's pools count. */
final class PoolTest extends PoolContract {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return ReadTimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    try {
      return Application.HERE.send(request);
    } catch (ReadTimeoutException e) {
      throw new IOException(e); // The contract knows no other way to fail.
    }
  }

  @Override
  protected Running start(Request request) {
    return Application.HERE.start(request);
  }

  @Override
  protected Pool pool() {
    int leased = 0;
    int pending = 0;
    int idle = 0;
    for (ConnectionPoolMetrics each : Application.POOLS) {
      leased += each.acquiredSize();
      pending += each.pendingAcquireSize();
      idle += each.idleSize();
    }
    return new Pool(leased, pending, idle, 50 * Math.max(1, Application.POOLS.size()));
  }
}
