// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/** Apache HttpClient 5, classic, a thread a call. */
final class Apache5Sender implements Sender {
  private final Executor threads;
  private final CloseableHttpClient client =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .setMaxConnPerRoute(200)
                  .setMaxConnTotal(1000)
                  .build())
          .build();

  Apache5Sender(Executor threads) {
    this.threads = threads;
  }

  @Override
  public CompletableFuture<Reply> send(String method, URI uri, String body, String header) {
    return CompletableFuture.supplyAsync(
        () -> {
          HttpUriRequestBase request = new HttpUriRequestBase(method, uri);
          if (!body.isEmpty()) {
            request.setEntity(new StringEntity(body));
          }
          try {
            return client.execute(
                request,
                response -> {
                  Header value = header.isEmpty() ? null : response.getFirstHeader(header);
                  String text =
                      response.getEntity() == null
                          ? ""
                          : EntityUtils.toString(response.getEntity());
                  return new Reply(response.getCode(), value == null ? "" : value.getValue(), text);
                });
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }
}
