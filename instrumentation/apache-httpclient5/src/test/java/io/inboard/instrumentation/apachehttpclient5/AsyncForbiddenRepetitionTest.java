// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.core5.http.ConnectionClosedException;

/** Of a client that does not block. */
final class AsyncForbiddenRepetitionTest extends ForbiddenRepetitionContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
  }

  @Override
  Class<? extends IOException> closed() {
    return ConnectionClosedException.class;
  }

  @Override
  Built client() {
    HttpAsyncClientBuilder builder = HttpAsyncClients.custom();
    return new Built() {
      @Override
      Built disabled() {
        builder.disableAutomaticRetries();
        return this;
      }

      @Override
      Built with(HttpRequestRetryStrategy strategy) {
        builder.setRetryStrategy(strategy);
        return this;
      }

      @Override
      Response send(Request request) throws Exception {
        PoolingAsyncClientConnectionManager pool = AsyncApplication.pool();
        AsyncApplication application =
            new AsyncApplication(pool, builder.setConnectionManager(pool).build());
        try {
          return application.send(request);
        } finally {
          application.close();
        }
      }
    };
  }
}
