// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/** java.net.http, waiting. */
@Component
class JdkCaller implements Caller {
  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "jdk";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws IOException, InterruptedException {
    return answer(client.send(request(method, uri, body), BodyHandlers.ofString()));
  }

  /** Does not wait; what follows runs on the client's own threads. */
  CompletableFuture<Answer> callAsync(String method, URI uri, String body) {
    return client
        .sendAsync(request(method, uri, body), BodyHandlers.ofString())
        .thenApply(JdkCaller::answer);
  }

  private static HttpRequest request(String method, URI uri, String body) {
    return HttpRequest.newBuilder(uri)
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.body());
  }
}
