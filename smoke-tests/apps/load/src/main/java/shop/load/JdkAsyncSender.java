// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** java.net.http's {@code sendAsync}. */
final class JdkAsyncSender implements Sender {
  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return client
        .sendAsync(request(method, uri, body), BodyHandlers.ofString())
        .thenApply(response -> reply(response, header));
  }

  static HttpRequest request(String method, URI uri, String body) {
    return HttpRequest.newBuilder(uri)
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  static Reply reply(HttpResponse<String> response, String header) {
    return new Reply(
        response.statusCode(), response.headers().firstValue(header).orElse(""), response.body());
  }
}
