// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.util.Map;
import java.util.Objects;

/**
 * One instance of a destination.
 *
 * @param host an IP literal (IPv6 without brackets) or a name
 * @param weight 1 or more
 * @param zone empty: unknown
 * @param labels by which subsets choose
 */
public record Instance(String host, int port, int weight, String zone, Map<String, String> labels) {
  public Instance {
    Objects.requireNonNull(host);
    Objects.requireNonNull(zone);
    labels = Map.copyOf(labels);
  }

  /** One without labels. */
  public Instance(String host, int port, int weight, String zone) {
    this(host, port, weight, zone, Map.of());
  }

  /** Whether it belongs to a subset. */
  public boolean has(Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  /** Whether the host is an address, which needs no look-up and never changes. */
  public boolean literal() {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == ':') {
        return true;
      }
      if (c != '.' && (c < '0' || c > '9')) {
        return host.indexOf(':') >= 0;
      }
    }
    return true;
  }

  /** What tells it from others, as people write it: {@code 10.0.0.5:8443}, {@code [::1]:8443}. */
  public String address() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
