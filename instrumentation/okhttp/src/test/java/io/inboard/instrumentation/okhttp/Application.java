// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** A client as an application uses it. */
final class Application {
  private static final MediaType BINARY = MediaType.get("application/octet-stream");

  final OkHttpClient client;

  Application() {
    // The library's own bound of 10 s is shorter than what a test waits on a slow machine.
    this(new OkHttpClient.Builder().readTimeout(Duration.ofSeconds(60)).build());
  }

  /** One that speaks HTTP/2 to a URL of http. */
  static Application ofHttp2() {
    return new Application(
        new Application()
            .client
            .newBuilder()
            .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
            .build());
  }

  Application(OkHttpClient client) {
    this.client = client;
  }

  Response send(Request request) throws IOException {
    return response(call(request).execute());
  }

  /** On a thread of its own. */
  Running execute(Request request) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    Call call = call(request);
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(response(call.execute()));
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return new Running(future, call::cancel);
  }

  Running enqueue(Request request) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    Call call = call(request);
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            future.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, okhttp3.Response response) {
            try {
              future.complete(response(response));
            } catch (IOException e) {
              future.completeExceptionally(e);
            }
          }
        });
    return new Running(future, call::cancel);
  }

  Call call(Request request) {
    OkHttpClient.Builder builder = client.newBuilder();
    if (!request.connectTimeout().isZero()) {
      builder.connectTimeout(request.connectTimeout());
    }
    if (!request.readTimeout().isZero()) {
      builder.readTimeout(request.readTimeout());
    }
    okhttp3.Request.Builder http = new okhttp3.Request.Builder().url(request.uri().toString());
    http.method(request.method(), body(request));
    request.headers().forEach(http::addHeader);
    return builder.build().newCall(http.build());
  }

  private static RequestBody body(Request request) {
    if (request.oneShot()) {
      return new Streamed(request.body());
    }
    boolean needed = !request.method().toUpperCase(Locale.ROOT).equals("GET");
    return request.hasBody() || needed ? RequestBody.create(BINARY, request.body()) : null;
  }

  static Response response(okhttp3.Response response) throws IOException {
    try (okhttp3.Response closing = response) {
      return new Response(closing.code(), closing.body().bytes());
    }
  }

  /** A body that can be written once. */
  static final class Streamed extends RequestBody {
    private final byte[] bytes;
    private boolean written;

    Streamed(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public MediaType contentType() {
      return BINARY;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      if (written) {
        throw new IllegalStateException("written twice");
      }
      written = true;
      sink.write(bytes);
    }
  }
}
