// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.InputStreamRequestContent;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** With Jetty 12. */
record NewApplication(HttpClient client) implements Application {
  static HttpClient http1() {
    return started(new HttpClientTransportOverHTTP(1));
  }

  static HttpClient started(HttpClientTransport transport) {
    return started(new HttpClient(transport));
  }

  static HttpClient started(HttpClient client) {
    QueuedThreadPool threads = new QueuedThreadPool();
    threads.setDaemon(true);
    threads.setName("application");
    client.setExecutor(threads);
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return client;
  }

  org.eclipse.jetty.client.Request request(Request request) {
    org.eclipse.jetty.client.Request of = client.newRequest(request.uri()).method(request.method());
    of.headers(headers -> request.headers().forEach(headers::add));
    if (request.hasBody()) {
      of.body(
          request.oneShot()
              ? new InputStreamRequestContent(new ByteArrayInputStream(request.body()))
              : new BytesRequestContent(request.body()));
    }
    if (!request.readTimeout().isZero()) {
      of.timeout(request.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }
    return of;
  }

  @Override
  public Response sendAndWait(Request request) throws Exception {
    return response(request(request).send());
  }

  @Override
  public Running begin(Request request) {
    org.eclipse.jetty.client.Request of = request(request);
    CompletableFuture<ContentResponse> future = new CompletableResponseListener(of).send();
    return new Running(
        future.thenApply(NewApplication::response), () -> of.abort(new CancellationException()));
  }

  @Override
  public List<String> heardAfterAborting(URI uri, Throwable cause) throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> complete = new CompletableFuture<>();
    client
        .newRequest(uri)
        .onResponseBegin(
            response -> {
              heard.add("onBegin");
              response.abort(cause);
            })
        .onResponseHeader((response, field) -> heard.add("onHeader"))
        .onResponseHeaders(response -> heard.add("onHeaders"))
        .onResponseContent((response, piece) -> heard.add("onContent"))
        .onResponseSuccess(response -> heard.add("onSuccess"))
        .onResponseFailure((response, failure) -> heard.add("onFailure"))
        .send(
            result -> {
              heard.add("onComplete");
              complete.complete(null);
            });
    complete.get(20, TimeUnit.SECONDS);
    return heard;
  }

  @Override
  public InputStream stream(URI uri, Optional<InputStream> body) throws Exception {
    org.eclipse.jetty.client.Request of = client.newRequest(uri);
    body.ifPresent(b -> of.method("POST").body(new InputStreamRequestContent(b)));
    InputStreamResponseListener listener = new InputStreamResponseListener();
    of.send(listener);
    listener.get(60, TimeUnit.SECONDS);
    return listener.getInputStream();
  }

  @Override
  public Own open(URI uri) throws Exception {
    Connection connection =
        client.resolveDestination(client.newRequest(uri)).newConnection().get(20, TimeUnit.SECONDS);
    return new Own() {
      @Override
      public Response send(Request request) throws Exception {
        return over(connection, request);
      }

      @Override
      public void close() throws Exception {
        connection.close();
      }
    };
  }

  private Response over(Connection connection, Request request) throws Exception {
    CompletableFuture<Response> future = new CompletableFuture<>();
    connection.send(
        request(request),
        new BufferingResponseListener() {
          @Override
          public void onComplete(Result result) {
            if (result.isFailed()) {
              future.completeExceptionally(result.getFailure());
            } else {
              byte[] content = getContent();
              byte[] body = content == null ? new byte[0] : content;
              future.complete(new Response(result.getResponse().getStatus(), body));
            }
          }
        });
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Response response(ContentResponse response) {
    byte[] content = response.getContent();
    return new Response(response.getStatus(), content == null ? new byte[0] : content);
  }
}
