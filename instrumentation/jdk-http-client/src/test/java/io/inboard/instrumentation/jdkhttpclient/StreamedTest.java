// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.StreamedClientContract;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/** By a publisher and a handler of streams. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    body.ifPresent(b -> request.POST(BodyPublishers.ofInputStream(() -> b)));
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .build()
        .send(request.build(), BodyHandlers.ofInputStream())
        .body();
  }
}
