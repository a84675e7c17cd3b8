// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;

/**
 * ALPN (RFC 7301) as Istio's sidecars speak it: their names tell a sidecar, which looks at the
 * ClientHello only, that mesh TLS is spoken; what is negotiated is always a plain name.
 */
final class ApplicationProtocols {
  private static final String[] NONE = new String[0];

  private ApplicationProtocols() {}

  /**
   * What a client offers: {@code istio-h2, istio, h2}. With both protocols, {@code istio-h2,
   * istio-http/1.1, istio, h2, http/1.1}: Envoy, the JDK and our own server never choose a name of
   * Istio's, and choose among the plain ones by their own order.
   *
   * @param plain what the library speaks, best first; empty: no ALPN
   */
  static String[] offered(List<String> plain) {
    if (plain.isEmpty()) {
      return NONE;
    }
    List<String> names = new ArrayList<>();
    for (String name : plain) {
      names.add("istio-" + name);
    }
    names.add("istio");
    names.addAll(plain);
    return names.toArray(NONE);
  }

  /**
   * What a server answers: the first of the preferred names that the client offers, else the first
   * that the client offers and that is possible, else no ALPN at all. A selector, since a fixed
   * list would end in a fatal alert where a client offers foreign names only ({@code
   * istio-peer-exchange, istio}).
   */
  static BiFunction<SSLEngine, List<String>, String> selector(
      List<String> preferred, List<String> possible) {
    List<String> first = List.copyOf(preferred);
    List<String> then = List.copyOf(possible);
    return (engine, offered) -> {
      for (String name : first) {
        if (offered.contains(name)) {
          return name;
        }
      }
      for (String name : offered) {
        if (then.contains(name)) {
          return name;
        }
      }
      return "";
    };
  }
}
