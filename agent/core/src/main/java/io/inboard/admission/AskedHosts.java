// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.call.InboundRequest;
import java.util.List;

/**
 * The hosts that a request names. Frameworks put scheme, host and target together into one URL and
 * read the path out of that again (Spring's WebFlux 5, RESTEasy): with {@code Host: shop/admin?}
 * the target {@code /open} is a query, and the path is {@code /admin}. So rules about paths hold
 * only where a host is a host.
 */
final class AskedHosts {
  /** Of a host and its port (RFC 9110 section 7.2), beside letters and digits. */
  private static final String MARKS = "-._~:[]";

  private AskedHosts() {}

  /**
   * Whether no host can be taken for more than host and port, and there are not two of them (RFC
   * 9112 section 3.2: a server must refuse that).
   */
  static boolean areClear(InboundRequest request) {
    return isOneHost(request, "host")
        && (!request.protocolVersion().equals("2") || isOneHost(request, ":authority"))
        && isWithoutPath(request, "x-forwarded-host")
        && isWithoutPath(request, "forwarded");
  }

  private static boolean isOneHost(InboundRequest request, String header) {
    CharSequence host = request.only(header);
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean fits =
          (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || MARKS.indexOf(c) >= 0;
      if (!fits) {
        return false;
      }
    }
    return host.length() > 0 || request.headers(header).size() < 2;
  }

  /** What proxies have put together: lists, names of their own, parameters. */
  private static boolean isWithoutPath(InboundRequest request, String header) {
    List<String> values = request.headers(header);
    for (String value : values) {
      for (int i = 0; i < value.length(); i++) {
        if ("/?#\\".indexOf(value.charAt(i)) >= 0) {
          return false;
        }
      }
    }
    return true;
  }
}
