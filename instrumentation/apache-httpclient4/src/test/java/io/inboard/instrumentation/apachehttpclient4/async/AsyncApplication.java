// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.http.Header;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.Configurable;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.client.utils.URIUtils;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.InputStreamEntity;
import org.apache.http.impl.nio.client.CloseableHttpAsyncClient;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager;
import org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor;
import org.apache.http.impl.nio.reactor.IOReactorConfig;
import org.apache.http.nio.conn.NoopIOSessionStrategy;
import org.apache.http.nio.conn.SchemeIOSessionStrategy;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.apache.http.nio.reactor.IOReactorException;
import org.apache.http.util.EntityUtils;

/** A client as an application uses it. */
final class AsyncApplication implements AutoCloseable {
  /** Longer than anything takes that is not broken. */
  private static final long PATIENCE_SECONDS = 20;

  final PoolingNHttpClientConnectionManager pool;
  final CloseableHttpAsyncClient client;
  private final boolean minimal;

  AsyncApplication() {
    this(HttpAsyncClients.custom());
  }

  AsyncApplication(HttpAsyncClientBuilder builder) {
    this(newPool(), builder);
  }

  /** With TLS of its own. */
  AsyncApplication(SSLIOSessionStrategy tls, HttpAsyncClientBuilder builder) {
    this(newPool(tls), builder);
  }

  /** With a pool of its own. */
  AsyncApplication(PoolingNHttpClientConnectionManager pool, HttpAsyncClientBuilder builder) {
    this(pool, builder.setConnectionManager(pool).build(), false);
  }

  private AsyncApplication(
      PoolingNHttpClientConnectionManager pool, CloseableHttpAsyncClient client, boolean minimal) {
    this.minimal = minimal;
    this.pool = pool;
    this.client = client;
    client.start();
  }

  static AsyncApplication minimal() {
    PoolingNHttpClientConnectionManager pool = newPool();
    return new AsyncApplication(pool, HttpAsyncClients.createMinimal(pool), true);
  }

  private static PoolingNHttpClientConnectionManager newPool() {
    return newPool(SSLIOSessionStrategy.getDefaultStrategy());
  }

  private static PoolingNHttpClientConnectionManager newPool(SSLIOSessionStrategy tls) {
    try {
      IOReactorConfig config = IOReactorConfig.custom().setIoThreadCount(2).build();
      PoolingNHttpClientConnectionManager pool =
          new PoolingNHttpClientConnectionManager(
              new DefaultConnectingIOReactor(config),
              RegistryBuilder.<SchemeIOSessionStrategy>create()
                  .register("http", NoopIOSessionStrategy.INSTANCE)
                  .register("https", tls)
                  .build());
      pool.setDefaultMaxPerRoute(50);
      pool.setMaxTotal(100);
      return pool;
    } catch (IOReactorException e) {
      throw new AssertionError(e);
    }
  }

  /** What the library can do. */
  static Set<Capability> capabilities() {
    Set<Capability> most = EnumSet.allOf(Capability.class);
    most.remove(Capability.HTTP2);
    most.remove(Capability.KEEPS_RESET_CONNECTION);
    most.remove(Capability.REPEATS);
    return most;
  }

  Response send(Request request) throws Exception {
    return result(start(request));
  }

  /** What comes of it, or what the library throws. */
  static Response result(Running running) throws Exception {
    try {
      return running.response().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  Running start(Request request) {
    return start(request(request));
  }

  Running start(HttpUriRequest request) {
    CompletableFuture<Response> result = new CompletableFuture<>();
    HttpUriRequest sent = minimal ? relative(request) : request;
    Future<HttpResponse> future =
        client.execute(
            URIUtils.extractHost(request.getURI()),
            sent,
            new FutureCallback<>() {
              @Override
              public void completed(HttpResponse response) {
                try {
                  result.complete(response(response));
                } catch (IOException | RuntimeException e) {
                  result.completeExceptionally(e);
                }
              }

              @Override
              public void failed(Exception error) {
                result.completeExceptionally(error);
              }

              @Override
              public void cancelled() {
                result.completeExceptionally(new CancellationException());
              }
            });
    return new Running(
        result,
        () -> {
          // Of the future alone some versions do not stop what is under way.
          sent.abort();
          future.cancel(true);
        });
  }

  /** The minimal client writes a whole URL as it is. */
  private static HttpUriRequest relative(HttpUriRequest request) {
    String target = request.getURI().getRawPath();
    String query = request.getURI().getRawQuery();
    // A copy, which RequestBuilder makes, has the query twice with 4.4.
    RequestBuilder relative =
        RequestBuilder.create(request.getMethod())
            .setUri(query == null ? target : target + "?" + query)
            .setConfig(((Configurable) request).getConfig());
    if (request instanceof HttpEntityEnclosingRequest enclosing) {
      relative.setEntity(enclosing.getEntity());
    }
    for (Header header : request.getAllHeaders()) {
      relative.addHeader(header);
    }
    return relative.build();
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

  private static Response response(HttpResponse response) throws IOException {
    byte[] body =
        response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
    return new Response(response.getStatusLine().getStatusCode(), body);
  }

  /** Waits until no call has a connection, or waits for one; then closes the client. */
  void end() throws Exception {
    eventually(
        () -> pool.getTotalStats().getLeased() == 0 && pool.getTotalStats().getPending() == 0,
        () -> "all connections given back: " + pool.getTotalStats());
    client.close();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
