// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;

/**
 * The contract against servers that speak HTTP/1.1, which a client of HTTP/2 must live with, too.
 */
abstract class JdkHttpClientContract extends ClientContract {
  private final HttpClient client;

  JdkHttpClientContract(HttpClient.Version version) {
    client =
        HttpClient.newBuilder()
            .version(version)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  @Override
  protected String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return HttpTimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return response(client.send(http(request), BodyHandlers.ofByteArray()));
  }

  static HttpRequest http(Request request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri()).method(request.method(), body(request));
    request.headers().forEach(builder::header);
    if (!request.readTimeout().isZero()) {
      builder.timeout(request.readTimeout());
    }
    return builder.build();
  }

  private static BodyPublisher body(Request request) {
    if (!request.hasBody()) {
      return BodyPublishers.noBody();
    }
    return request.oneShot()
        ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(request.body()))
        : BodyPublishers.ofByteArray(request.body());
  }

  static Response response(HttpResponse<byte[]> response) {
    return new Response(response.statusCode(), response.body());
  }

  Running startAsync(Request request) {
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(http(request), BodyHandlers.ofByteArray());
    return new Running(
        future.thenApply(JdkHttpClientContract::response), () -> future.cancel(true));
  }
}
