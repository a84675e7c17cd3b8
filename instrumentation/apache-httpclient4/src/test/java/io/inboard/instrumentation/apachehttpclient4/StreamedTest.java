// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.StreamedClientContract;
import java.io.InputStream;
import java.util.Optional;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.entity.InputStreamEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;

/** By entities of streams. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    HttpUriRequest request = new HttpGet(url);
    if (body.isPresent()) {
      HttpPost post = new HttpPost(url);
      post.setEntity(new InputStreamEntity(body.get()));
      request = post;
    }
    CloseableHttpClient client = closing(HttpClients.createDefault());
    return client.execute(request).getEntity().getContent();
  }
}
