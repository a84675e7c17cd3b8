// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;

/** Apache HttpClient 5, async: no thread a call. */
final class Apache5AsyncSender implements Sender {
  private final CloseableHttpAsyncClient client =
      HttpAsyncClients.custom()
          .setConnectionManager(
              PoolingAsyncClientConnectionManagerBuilder.create()
                  .setMaxConnPerRoute(200)
                  .setMaxConnTotal(1000)
                  .build())
          .build();

  Apache5AsyncSender() {
    client.start();
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    SimpleHttpRequest request = SimpleHttpRequest.create(method, uri);
    if (!body.isEmpty()) {
      request.setBody(body, ContentType.TEXT_PLAIN);
    }
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    client.execute(
        request,
        new FutureCallback<>() {
          @Override
          public void completed(SimpleHttpResponse response) {
            Header value = header.isEmpty() ? null : response.getFirstHeader(header);
            String text = response.getBodyText() == null ? "" : response.getBodyText();
            reply.complete(
                new Reply(response.getCode(), value == null ? "" : value.getValue(), text));
          }

          @Override
          public void failed(Exception cause) {
            reply.completeExceptionally(cause);
          }

          @Override
          public void cancelled() {
            reply.cancel(true);
          }
        });
    return reply;
  }
}
