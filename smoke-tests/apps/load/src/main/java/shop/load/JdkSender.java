// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** java.net.http's {@code send}, a thread a call. */
final class JdkSender implements Sender {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Executor threads;

  JdkSender(Executor threads) {
    this.threads = threads;
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return JdkAsyncSender.reply(
                client.send(JdkAsyncSender.request(method, uri, body), BodyHandlers.ofString()),
                header);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        threads);
  }
}
