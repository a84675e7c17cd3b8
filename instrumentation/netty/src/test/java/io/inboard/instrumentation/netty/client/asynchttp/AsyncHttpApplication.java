// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client.asynchttp;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.RequestBuilder;

/** A client of whatever version of AsyncHttpClient this class was loaded beside. */
public final class AsyncHttpApplication
    implements BiFunction<Request, Integer, CompletableFuture<Response>>, AutoCloseable {
  private final AsyncHttpClient client = Dsl.asyncHttpClient();

  /** {@code proxy}: the port of one; 0: none. */
  @Override
  public CompletableFuture<Response> apply(Request request, Integer proxy) {
    RequestBuilder builder = new RequestBuilder(request.method());
    builder.setUrl(request.uri().toString());
    request.headers().forEach((name, value) -> builder.addHeader(name, value));
    if (request.hasBody()) {
      builder.setBody(request.body());
    }
    if (proxy != 0) {
      builder.setProxyServer(Dsl.proxyServer("127.0.0.1", proxy));
    }
    return client
        .executeRequest(builder.build())
        .toCompletableFuture()
        .thenApply(
            response -> new Response(response.getStatusCode(), response.getResponseBodyAsBytes()));
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
