// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.http.Header;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

/** Apache HttpClient 4, a thread a call. */
final class Apache4Sender implements Sender {
  private final Executor threads;
  private final CloseableHttpClient client =
      HttpClients.custom().setMaxConnPerRoute(200).setMaxConnTotal(1000).build();

  Apache4Sender(Executor threads) {
    this.threads = threads;
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return CompletableFuture.supplyAsync(
        () -> {
          RequestBuilder request = RequestBuilder.create(method).setUri(uri);
          if (!body.isEmpty()) {
            request.setEntity(new StringEntity(body, StandardCharsets.UTF_8));
          }
          try {
            return client.execute(request.build(), response -> reply(response, header));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }

  private static Reply reply(HttpResponse response, String header) throws IOException {
    Header value = header.isEmpty() ? null : response.getFirstHeader(header);
    String text = response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity());
    return new Reply(
        response.getStatusLine().getStatusCode(), value == null ? "" : value.getValue(), text);
  }
}
