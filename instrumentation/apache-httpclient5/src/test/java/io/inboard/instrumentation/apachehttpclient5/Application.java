// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.WovenJvm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.Timeout;

/** A client as an application uses it. */
final class Application {
  static {
    // A client is woven when it is built.
    WovenJvm.ensure();
  }

  final PoolingHttpClientConnectionManager pool;
  final CloseableHttpClient client;

  Application() {
    pool = pool();
    client = HttpClients.custom().setConnectionManager(pool).build();
  }

  private Application(PoolingHttpClientConnectionManager pool, CloseableHttpClient client) {
    this.pool = pool;
    this.client = client;
  }

  /** One without redirects, cookies, challenges and retries. */
  static Application minimal() {
    PoolingHttpClientConnectionManager pool = pool();
    return new Application(pool, HttpClients.createMinimal(pool));
  }

  private static PoolingHttpClientConnectionManager pool() {
    PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();
    pool.setDefaultMaxPerRoute(50);
    pool.setMaxTotal(100);
    return pool;
  }

  Response send(Request request) throws IOException {
    return send(request(request));
  }

  private Response send(HttpUriRequestBase request) throws IOException {
    try (ClassicHttpResponse response = client.execute(request, HttpClientContext.create())) {
      return response(response);
    }
  }

  /** On a thread of its own. */
  Running execute(Request request) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    HttpUriRequestBase call = request(request);
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
    return new Running(future, call::cancel);
  }

  static HttpUriRequestBase request(Request request) {
    HttpUriRequestBase http = new HttpUriRequestBase(request.method(), request.uri());
    RequestConfig.Builder config = RequestConfig.custom();
    if (!request.connectTimeout().isZero()) {
      config.setConnectTimeout(Timeout.ofMilliseconds(request.connectTimeout().toMillis()));
    }
    if (!request.readTimeout().isZero()) {
      config.setResponseTimeout(Timeout.ofMilliseconds(request.readTimeout().toMillis()));
    }
    http.setConfig(config.build());
    request.headers().forEach(http::addHeader);
    if (request.oneShot()) {
      http.setEntity(
          new InputStreamEntity(
              new ByteArrayInputStream(request.body()), ContentType.APPLICATION_OCTET_STREAM));
    } else if (request.hasBody()) {
      http.setEntity(new ByteArrayEntity(request.body(), ContentType.APPLICATION_OCTET_STREAM));
    }
    return http;
  }

  static Response response(ClassicHttpResponse response) throws IOException {
    byte[] body =
        response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
    return new Response(response.getCode(), body);
  }
}
