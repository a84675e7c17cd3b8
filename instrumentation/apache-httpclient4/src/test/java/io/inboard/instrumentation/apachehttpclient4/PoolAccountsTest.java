// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.PoolContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import org.apache.http.pool.PoolStats;
import org.junit.jupiter.api.AfterEach;

/** A pool with fewer places than there are threads. */
final class PoolAccountsTest extends PoolContract {
  private final Application application = new Application();

  PoolAccountsTest() {
    application.pool.setMaxTotal(10);
    application.pool.setDefaultMaxPerRoute(5);
  }

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.execute(request);
  }

  @Override
  protected Pool pool() {
    PoolStats stats = application.pool.getTotalStats();
    return new Pool(stats.getLeased(), stats.getPending(), stats.getAvailable(), stats.getMax());
  }

  @AfterEach
  void close() throws Exception {
    application.client.close();
  }
}
