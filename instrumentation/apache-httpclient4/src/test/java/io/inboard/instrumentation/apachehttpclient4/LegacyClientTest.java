// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SocketGuard;
import io.inboard.contract.TestServer;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.conn.params.ConnRoutePNames;
import org.apache.http.impl.client.DefaultHttpClient;
import org.apache.http.util.EntityUtils;
import org.junit.jupiter.api.Test;

/**
 * A client of the style of 4.2, which is deprecated, still there, and directed by no hook. What it
 * connects by itself is a story, since the guard of the JDK's sockets belongs to another library.
 */
@SuppressWarnings("deprecation")
final class LegacyClientTest extends MeshHarness {
  private static final String DIRECTOR = "org.apache.http.impl.client.DefaultRequestDirector";

  private final Application application = new Application();
  private final DefaultHttpClient legacy = new DefaultHttpClient();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  private int get(String url) throws Exception {
    HttpResponse response = legacy.execute(new HttpGet(url));
    EntityUtils.consume(response.getEntity());
    return response.getStatusLine().getStatusCode();
  }

  @Test
  void throughAProxyItIsTreatedTheSame() throws Exception {
    TestServer proxy = plainServer();
    SocketGuard sockets = closing(new SocketGuard());
    legacy
        .getParams()
        .setParameter(ConnRoutePNames.DEFAULT_PROXY, new HttpHost("127.0.0.1", proxy.port()));
    for (String host : new String[] {HOST, "10.0.0.5"}) {
      sockets.guard(identity(), "REFUSE", new InetSocketAddress("10.0.0.5", 8080));
      assertThatThrownBy(() -> get("http://" + host + ":8080/"))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("no connection to " + HOST)
          .hasMessageContaining(DIRECTOR);
    }
    assertThat(proxy.connections()).isZero();
    assertThat(get("http://elsewhere.invalid/")).isEqualTo(200);
    sockets.guard(identity(), "WARN", new InetSocketAddress("10.0.0.5", 8080));
    assertThat(get("http://" + HOST + ":8080/")).isEqualTo(200);
    assertThat(sockets.counts())
        .isEqualTo(
            "[%s, %s]",
            SocketGuard.count(DIRECTOR, "refused", 2),
            SocketGuard.count(DIRECTOR, "not secured", 1));
  }
}
