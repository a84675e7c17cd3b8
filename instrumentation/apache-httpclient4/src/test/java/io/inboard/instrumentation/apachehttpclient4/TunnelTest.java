// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.contract.TunnelContract;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.apache.http.HttpHost;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.impl.client.ProxyClient;

/** The library's ProxyClient. */
final class TunnelTest extends TunnelContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected String tool() {
    return ProxyClient.class.getName();
  }

  @Override
  protected Socket tunnel(InetSocketAddress proxy, String host, int port) throws Exception {
    return new ProxyClient()
        .tunnel(
            new HttpHost(proxy.getHostString(), proxy.getPort()),
            new HttpHost(host, port),
            new UsernamePasswordCredentials("user", "password"));
  }
}
