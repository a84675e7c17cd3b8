// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.ProxiedClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.InetSocketAddress;
import org.apache.http.HttpHost;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.conn.routing.RouteInfo.LayerType;
import org.apache.http.conn.routing.RouteInfo.TunnelType;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;

/** Calls through a proxy. */
final class AsyncProxiedTest extends ProxiedClientContract {
  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request, InetSocketAddress proxy, boolean tunnelled)
      throws Exception {
    HttpHost by = new HttpHost("127.0.0.1", proxy.getPort());
    AsyncApplication application =
        new AsyncApplication(
            new SSLIOSessionStrategy(CLIENT.context(), NoopHostnameVerifier.INSTANCE),
            HttpAsyncClients.custom()
                .setRoutePlanner(
                    (target, asked, context) -> {
                      boolean secure = target.getSchemeName().equals("https");
                      return new HttpRoute(
                          target,
                          null,
                          by,
                          secure,
                          tunnelled ? TunnelType.TUNNELLED : TunnelType.PLAIN,
                          secure ? LayerType.LAYERED : LayerType.PLAIN);
                    }));
    try {
      return application.send(request);
    } finally {
      application.end();
    }
  }
}
