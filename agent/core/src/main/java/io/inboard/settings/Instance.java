// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.Map;
import java.util.Objects;

/**
 * One instance of a destination: as the settings list it, as a source of endpoints finds it, and as
 * calls are balanced over it.
 *
 * @param host an IP address (IPv6 without brackets), or in settings a name
 * @param weight 1 or more
 * @param zone empty: unknown
 * @param labels by which subsets choose
 * @param draining it is going away: it gets calls only while there is no other
 */
public record Instance(
    String host, int port, int weight, String zone, Map<String, String> labels, boolean draining) {
  public Instance {
    Objects.requireNonNull(host);
    Objects.requireNonNull(zone);
    labels = Map.copyOf(labels);
  }

  /** One that takes calls. */
  public Instance(String host, int port, int weight, String zone, Map<String, String> labels) {
    this(host, port, weight, zone, labels, false);
  }

  /** One that takes calls, of weight 1, of which nothing else is known. */
  public Instance(String host, int port) {
    this(host, port, 1, "", Map.of());
  }

  /** The same instance at another address. */
  public Instance at(String address) {
    return new Instance(address, port, weight, zone, labels, draining);
  }

  /** The same instance with another weight. */
  public Instance weighing(int other) {
    return new Instance(host, port, other, zone, labels, draining);
  }

  /** Whether it belongs to a subset. */
  public boolean has(Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  /**
   * Whether the host is an IP address, which nobody need look up: one with colons, or four numbers
   * up to 255 with dots between them. What looks similar ({@code 999.1.1.1}) is a name.
   */
  public boolean literal() {
    return host.indexOf(':') >= 0 || isIpVersion4(host);
  }

  private static boolean isIpVersion4(String text) {
    int numbers = 1;
    int digits = 0;
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && digits > 0) {
        numbers++;
        digits = 0;
        value = 0;
      } else if (c >= '0' && c <= '9' && digits < 3) {
        digits++;
        value = 10 * value + c - '0';
      } else {
        return false;
      }
      if (value > 255) {
        return false;
      }
    }
    return numbers == 4 && digits > 0;
  }

  /** What tells it from others, as people write it: {@code 10.0.0.5:8443}, {@code [::1]:8443}. */
  public String address() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
