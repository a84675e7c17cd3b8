// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which proxies a request takes: those of a selector, or of the JVM's own, which obeys {@code
 * http.proxyHost}, {@code https.proxyHost}, {@code socksProxyHost} and {@code http.nonProxyHosts}
 * (and may be the application's, as it is for okhttp).
 *
 * @param selector empty: the JVM's, asked anew each time
 */
public record Proxies(Optional<ProxySelector> selector) {
  /** At least one: to be tried in order. */
  List<Proxy> of(URI uri) throws IOException {
    ProxySelector now = now();
    if (now == null) {
      return List.of(Proxy.NO_PROXY);
    }
    List<Proxy> usable = new ArrayList<>();
    try {
      List<Proxy> all = now.select(uri);
      for (Proxy proxy : all == null ? List.<Proxy>of() : all) {
        if (proxy.type() == Proxy.Type.DIRECT || proxy.address() instanceof InetSocketAddress) {
          usable.add(proxy);
        }
      }
    } catch (RuntimeException e) {
      throw new IOException("the proxy selector fails", e);
    }
    return usable.isEmpty() ? List.of(Proxy.NO_PROXY) : usable;
  }

  /** Tells the selector of a proxy that cannot be reached. */
  void failed(URI uri, SocketAddress proxy, IOException error) {
    ProxySelector now = now();
    if (now != null) {
      try {
        now.connectFailed(uri, proxy, error);
      } catch (RuntimeException e) {
        error.addSuppressed(e);
      }
    }
  }

  private ProxySelector now() {
    return selector.isPresent() ? selector.get() : ProxySelector.getDefault();
  }
}
