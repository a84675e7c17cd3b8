// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;

/** Of a client that blocks. */
final class ForbiddenRepetitionTest extends ForbiddenRepetitionContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  Class<? extends IOException> closed() {
    return NoHttpResponseException.class;
  }

  @Override
  Built client() {
    HttpClientBuilder builder = HttpClients.custom();
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
      Response send(Request request) throws IOException {
        try (CloseableHttpClient client = builder.build();
            ClassicHttpResponse response = client.execute(Application.request(request))) {
          return Application.response(response);
        }
      }
    };
  }
}
