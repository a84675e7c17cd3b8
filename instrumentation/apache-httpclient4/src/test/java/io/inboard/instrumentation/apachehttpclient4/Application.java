// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.InputStreamEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.util.EntityUtils;

/** A client as an application uses it. */
final class Application {
  final PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();
  final CloseableHttpClient client;

  Application() {
    this(HttpClients.custom());
  }

  Application(HttpClientBuilder builder) {
    pool.setDefaultMaxPerRoute(50);
    pool.setMaxTotal(100);
    client = builder.setConnectionManager(pool).build();
  }

  Response send(Request request) throws IOException {
    return send(request(request));
  }

  Response send(HttpUriRequest request) throws IOException {
    try (CloseableHttpResponse response = client.execute(request)) {
      return response(response);
    }
  }

  /** On a thread of its own. */
  Running execute(Request request) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    HttpUriRequest call = request(request);
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(send(call));
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return new Running(future, call::abort);
  }

  static HttpUriRequest request(Request request) {
    RequestBuilder http = RequestBuilder.create(request.method()).setUri(request.uri());
    RequestConfig.Builder config = RequestConfig.custom();
    if (!request.connectTimeout().isZero()) {
      config.setConnectTimeout((int) request.connectTimeout().toMillis());
    }
    if (!request.readTimeout().isZero()) {
      config.setSocketTimeout((int) request.readTimeout().toMillis());
    }
    http.setConfig(config.build());
    request.headers().forEach(http::addHeader);
    if (request.oneShot()) {
      http.setEntity(new InputStreamEntity(new ByteArrayInputStream(request.body())));
    } else if (request.hasBody()) {
      http.setEntity(new ByteArrayEntity(request.body()));
    }
    return http.build();
  }

  static Response response(HttpResponse response) throws IOException {
    byte[] body =
        response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
    return new Response(response.getStatusLine().getStatusCode(), body);
  }
}
