// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** HttpURLConnection, a thread a call. */
record UrlConnectionSender(Executor threads) implements Sender {
  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call(method, uri, body, header);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }

  private static Reply call(String method, URI uri, String body, String header) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    if (!body.isEmpty()) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(UTF_8));
    }
    int status = connection.getResponseCode();
    String value = connection.getHeaderField(header);
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      String text = in == null ? "" : new String(in.readAllBytes(), UTF_8);
      return new Reply(status, value == null ? "" : value, text);
    }
  }
}
