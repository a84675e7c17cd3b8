// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.springframework.stereotype.Component;
import shop.common.SystemStores;

/** OkHttp 4, waiting. */
@Component
class OkHttpCaller implements Caller {
  /** More than callers wait at a time: with OkHttp's own 5 most would connect anew. */
  private static final int CONNECTIONS = 200;

  private final OkHttpClient client;

  OkHttpCaller() throws GeneralSecurityException {
    // TLS as java.net.http has it: by the JVM's system properties, the client's certificate, too.
    X509TrustManager trusted =
        Arrays.stream(SystemStores.trust().getTrustManagers())
            .filter(X509TrustManager.class::isInstance)
            .map(X509TrustManager.class::cast)
            .findFirst()
            .orElseThrow();
    client =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(CONNECTIONS, 5, TimeUnit.MINUTES))
            .sslSocketFactory(SSLContext.getDefault().getSocketFactory(), trusted)
            .build();
  }

  @Override
  public String name() {
    return "okhttp";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws IOException {
    RequestBody sent = body.isEmpty() ? null : RequestBody.create(body, null);
    Request request = new Request.Builder().url(uri.toString()).method(method, sent).build();
    try (Response response = client.newCall(request).execute()) {
      return new Answer(response.code(), response.body().string());
    }
  }
}
