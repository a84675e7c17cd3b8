// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/** OkHttp on its Dispatcher's threads. */
final class OkHttpAsyncSender implements Sender {
  private final OkHttpClient client;

  OkHttpAsyncSender() {
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(1000);
    dispatcher.setMaxRequestsPerHost(200);
    client =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(200, 5, TimeUnit.MINUTES))
            .build();
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    client
        .newCall(OkHttpSender.request(method, uri, body))
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException cause) {
                reply.completeExceptionally(cause);
              }

              @Override
              public void onResponse(Call call, Response response) throws IOException {
                try (response) {
                  reply.complete(OkHttpSender.reply(response, header));
                } catch (IOException e) {
                  reply.completeExceptionally(e);
                }
              }
            });
    return reply;
  }
}
