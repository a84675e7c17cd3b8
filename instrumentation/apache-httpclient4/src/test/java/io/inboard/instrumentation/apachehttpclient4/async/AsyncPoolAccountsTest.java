// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.PoolContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import org.apache.http.pool.PoolStats;
import org.junit.jupiter.api.AfterEach;

/** A pool with fewer places than there are threads. */
final class AsyncPoolAccountsTest extends PoolContract {
  private final AsyncApplication application = new AsyncApplication();

  AsyncPoolAccountsTest() {
    application.pool.setMaxTotal(10);
    application.pool.setDefaultMaxPerRoute(5);
  }

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.start(request);
  }

  @Override
  protected Pool pool() {
    PoolStats stats = application.pool.getTotalStats();
    return new Pool(stats.getLeased(), stats.getPending(), stats.getAvailable(), stats.getMax());
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    application.end();
  }
}
