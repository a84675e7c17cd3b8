// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.ProxiedClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.InetSocketAddress;
import org.apache.http.HttpHost;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.conn.routing.HttpRoutePlanner;
import org.apache.http.conn.routing.RouteInfo.LayerType;
import org.apache.http.conn.routing.RouteInfo.TunnelType;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;

/** Calls through a proxy. */
final class ProxiedTest extends ProxiedClientContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  @SuppressWarnings("deprecation") // What took its place is not there in 4.3.
  protected Response send(Request request, InetSocketAddress proxy, boolean tunnelled)
      throws Exception {
    try (CloseableHttpClient client =
            HttpClients.custom()
                .setSSLSocketFactory(
                    new SSLConnectionSocketFactory(
                        CLIENT.context(), SSLConnectionSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER))
                .setRoutePlanner(through(proxy, tunnelled))
                .build();
        CloseableHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  /** As an application leads its calls through a proxy. */
  private static HttpRoutePlanner through(InetSocketAddress proxy, boolean tunnelled) {
    HttpHost by = new HttpHost("127.0.0.1", proxy.getPort());
    return (target, request, context) -> {
      boolean secure = target.getSchemeName().equals("https");
      return new HttpRoute(
          target,
          null,
          by,
          secure,
          tunnelled ? TunnelType.TUNNELLED : TunnelType.PLAIN,
          secure ? LayerType.LAYERED : LayerType.PLAIN);
    };
  }
}
