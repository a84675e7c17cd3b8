// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.PoolContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;

/** Calls that wait, and calls by the Dispatcher, which share a pool. */
final class PoolAccountsTest extends PoolContract {
  /** OkHttp's own bound of connections that are idle. */
  private static final int MAX_IDLE = 5;

  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.enqueue(request);
  }

  /** Calls of the Dispatcher that are under way count as pending. */
  @Override
  protected Pool pool() {
    ConnectionPool pool = application.client.connectionPool();
    Dispatcher dispatcher = application.client.dispatcher();
    int idle = pool.idleConnectionCount();
    return new Pool(
        pool.connectionCount() - idle,
        dispatcher.queuedCallsCount() + dispatcher.runningCallsCount(),
        idle,
        MAX_IDLE);
  }
}
