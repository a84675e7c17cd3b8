// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;

/** Jetty's HTTP client, which needs no thread for a call that waits. */
final class JettySender implements Sender {
  private final HttpClient client = new HttpClient();

  JettySender() {
    client.setMaxConnectionsPerDestination(200);
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    Request request = client.newRequest(uri).method(method);
    if (!body.isEmpty()) {
      request.body(new StringRequestContent(body));
    }
    return new CompletableResponseListener(request)
        .send()
        .thenApply(
            response -> {
              String value = header.isEmpty() ? null : response.getHeaders().get(header);
              String text = response.getContentAsString();
              return new Reply(
                  response.getStatus(), value == null ? "" : value, text == null ? "" : text);
            });
  }
}
