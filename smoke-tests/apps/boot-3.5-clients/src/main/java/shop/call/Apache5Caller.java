// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.springframework.stereotype.Component;

/** Apache HttpClient 5. */
@Component
class Apache5Caller implements Caller {
  /** More than callers wait at a time: the pool's own bound of 5 would be what is measured. */
  private static final int CONNECTIONS = 200;

  // TLS as java.net.http has it: by the JVM's system properties.
  private final CloseableHttpClient client =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .useSystemProperties()
                  .setMaxConnTotal(CONNECTIONS)
                  .setMaxConnPerRoute(CONNECTIONS)
                  .build())
          .build();

  @Override
  public String name() {
    return "apache5";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(method, uri);
    if (!body.isEmpty()) {
      request.setEntity(new StringEntity(body));
    }
    return client.execute(
        request,
        response ->
            new Answer(
                response.getCode(),
                response.getEntity() == null
                    ? ""
                    : EntityUtils.toString(response.getEntity(), UTF_8)));
  }
}
