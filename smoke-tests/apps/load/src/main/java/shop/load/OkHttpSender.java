// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** OkHttp, a thread a call. */
final class OkHttpSender implements Sender {
  private final Executor threads;
  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .connectionPool(new ConnectionPool(200, 5, TimeUnit.MINUTES))
          .build();

  OkHttpSender(Executor threads) {
    this.threads = threads;
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Response response = client.newCall(request(method, uri, body)).execute()) {
            return reply(response, header);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }

  static Request request(String method, URI uri, String body) {
    // A method that needs a body has an empty one.
    RequestBody sent =
        method.equals("GET") ? null : RequestBody.create(body, MediaType.get("text/plain"));
    return new Request.Builder().url(uri.toString()).method(method, sent).build();
  }

  static Reply reply(Response response, String header) throws IOException {
    String value = header.isEmpty() ? null : response.header(header);
    return new Reply(response.code(), value == null ? "" : value, response.body().string());
  }
}
