// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.WovenJvm;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.ConfigurableHttpRequest;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** A client that does not block, as an application uses it. */
final class AsyncApplication {
  static {
    // A client is woven when it is built.
    WovenJvm.ensure();
  }

  /** Null where the library keeps one connection for an endpoint. */
  final PoolingAsyncClientConnectionManager pool;

  final CloseableHttpAsyncClient client;

  AsyncApplication() {
    this(pool());
  }

  private AsyncApplication(PoolingAsyncClientConnectionManager pool) {
    this(pool, HttpAsyncClients.custom().setConnectionManager(pool).build());
  }

  AsyncApplication(PoolingAsyncClientConnectionManager pool, CloseableHttpAsyncClient client) {
    this.pool = pool;
    this.client = client;
    client.start();
  }

  /** One without redirects, cookies, challenges and retries. */
  static AsyncApplication minimal() {
    PoolingAsyncClientConnectionManager pool = pool();
    return new AsyncApplication(pool, HttpAsyncClients.createMinimal(pool));
  }

  /** One that speaks nothing but HTTP/2. */
  static AsyncApplication http2() {
    return new AsyncApplication(null, HttpAsyncClients.createHttp2Default());
  }

  /** The same, without redirects, cookies, challenges and retries. */
  static AsyncApplication minimalHttp2() {
    return new AsyncApplication(null, HttpAsyncClients.createHttp2Minimal());
  }

  static PoolingAsyncClientConnectionManager pool() {
    PoolingAsyncClientConnectionManager pool = new PoolingAsyncClientConnectionManager();
    pool.setDefaultMaxPerRoute(50);
    pool.setMaxTotal(100);
    return pool;
  }

  /** Waits for it, and for its connection, which the library gives back after the response. */
  Response send(Request request) throws Exception {
    int before = leased();
    try {
      Response response = execute(request).response().get(60, TimeUnit.SECONDS);
      eventually(() -> leased() <= before, () -> "its connection given back");
      return response;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private int leased() {
    return pool == null ? 0 : pool.getTotalStats().getLeased();
  }

  Running execute(Request request) {
    CompletableFuture<Response> result = new CompletableFuture<>();
    Future<?> call =
        client.execute(
            producer(request),
            new BasicResponseConsumer<>(new BasicAsyncEntityConsumer()),
            HttpClientContext.create(),
            new FutureCallback<Message<HttpResponse, byte[]>>() {
              @Override
              public void completed(Message<HttpResponse, byte[]> answer) {
                byte[] body = answer.getBody() == null ? new byte[0] : answer.getBody();
                result.complete(new Response(answer.getHead().getCode(), body));
              }

              @Override
              public void failed(Exception cause) {
                result.completeExceptionally(cause);
              }

              @Override
              public void cancelled() {
                result.completeExceptionally(new CancellationException());
              }
            });
    return new Running(result, () -> call.cancel(true));
  }

  static AsyncRequestProducer producer(Request request) {
    ConfigurableHttpRequest http = new ConfigurableHttpRequest(request.method(), request.uri());
    RequestConfig.Builder config = RequestConfig.custom();
    if (!request.connectTimeout().isZero()) {
      config.setConnectTimeout(Timeout.ofMilliseconds(request.connectTimeout().toMillis()));
    }
    if (!request.readTimeout().isZero()) {
      config.setResponseTimeout(Timeout.ofMilliseconds(request.readTimeout().toMillis()));
    }
    http.setConfig(config.build());
    request.headers().forEach(http::addHeader);
    AsyncEntityProducer body = null;
    if (request.oneShot()) {
      body = new Once(request.body());
    } else if (request.hasBody()) {
      body = new BasicAsyncEntityProducer(request.body(), ContentType.APPLICATION_OCTET_STREAM);
    }
    return new BasicRequestProducer(http, body);
  }

  /** Waits until no call has a connection, and closes the client. */
  void close() throws Exception {
    if (pool != null) {
      eventually(
          () -> pool.getTotalStats().getLeased() == 0,
          () -> "all connections given back: " + pool.getTotalStats());
    }
    client.close(CloseMode.IMMEDIATE);
  }

  /** A body that can be produced once, of a length that nobody knows. */
  static final class Once implements AsyncEntityProducer {
    private final ByteBuffer bytes;

    Once(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes);
    }

    @Override
    public boolean isRepeatable() {
      return false;
    }

    @Override
    public int available() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void produce(DataStreamChannel channel) throws java.io.IOException {
      if (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (!bytes.hasRemaining()) {
        channel.endStream();
      }
    }

    @Override
    public void failed(Exception cause) {}

    @Override
    public void releaseResources() {}

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public String getContentType() {
      return ContentType.APPLICATION_OCTET_STREAM.toString();
    }

    @Override
    public String getContentEncoding() {
      return null;
    }

    @Override
    public boolean isChunked() {
      return true;
    }

    @Override
    public Set<String> getTrailerNames() {
      return null;
    }
  }
}
