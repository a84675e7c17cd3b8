// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SecuredConnectionContract;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;

/** How a connection with TLS of the mesh ends. */
final class SecuredConnectionTest extends SecuredConnectionContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Unread open(Request request) throws IOException {
    HttpUriRequestBase call = Application.request(request);
    ClassicHttpResponse response = application.client.execute(call, HttpClientContext.create());
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
