// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.StreamedClientContract;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;

/** By entities of streams. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    HttpUriRequestBase request = body.isPresent() ? new HttpPost(url) : new HttpGet(url);
    body.ifPresent(b -> request.setEntity(new InputStreamEntity(b, -1, null)));
    CloseableHttpClient client = closing(HttpClients.createDefault());
    return client.execute(request).getEntity().getContent();
  }
}
