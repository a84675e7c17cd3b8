// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SecuredConnectionContract;
import java.io.IOException;
import java.io.InputStream;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.junit.jupiter.api.AfterEach;

/** How a connection with TLS of the mesh ends. */
final class SecuredConnectionTest extends SecuredConnectionContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Unread open(Request request) throws IOException {
    HttpUriRequest call = Application.request(request);
    CloseableHttpResponse response = application.client.execute(call);
    return new Unread() {
      @Override
      public InputStream body() throws IOException {
        return response.getEntity().getContent();
      }

      @Override
      public void abort() {
        call.abort();
      }
    };
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }
}
