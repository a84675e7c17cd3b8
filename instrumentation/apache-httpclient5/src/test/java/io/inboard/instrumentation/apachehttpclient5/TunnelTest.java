// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.TunnelContract;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.classic.ProxyClient;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.VersionInfo;

/** The library's ProxyClient. */
final class TunnelTest extends TunnelContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected String tool() {
    return ProxyClient.class.getName();
  }

  /** Not in 5.0, whose ProxyClient names no host in its request, and then wants one. */
  @Override
  protected boolean works() {
    ClassLoader loader = ProxyClient.class.getClassLoader();
    return !VersionInfo.loadVersionInfo("org.apache.hc.client5", loader).getRelease().equals("5.0");
  }

  @Override
  protected Socket tunnel(InetSocketAddress proxy, String host, int port) throws Exception {
    return new ProxyClient()
        .tunnel(
            new HttpHost(proxy.getHostString(), proxy.getPort()),
            new HttpHost(host, port),
            new UsernamePasswordCredentials("user", "password".toCharArray()));
  }
}
