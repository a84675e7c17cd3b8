// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Addresses of callers, from the text that Tomcat has of them. A connection carries many requests,
 * so the last ones are kept: made anew, an address costs some 250 bytes a request. Safe for use by
 * any thread; a race makes one a second time.
 */
final class Remotes {
  /** A power of two. */
  private static final int KEPT = 128;

  /** By port, which is another one for nearly every connection. */
  private static final Remote[] LAST = new Remote[KEPT];

  /**
   * @param literal as Tomcat gives it
   * @param text of the address, digits
   */
  record Remote(String literal, InetSocketAddress address, String text) {}

  private Remotes() {}

  /** Tomcat gives addresses as literals, so nothing is looked up. */
  static Remote of(String literal, int port) {
    int at = port & KEPT - 1;
    Remote last = LAST[at];
    if (last != null && last.address.getPort() == port && last.literal.equals(literal)) {
      return last;
    }
    InetSocketAddress address = address(literal, port);
    InetAddress ip = address.getAddress();
    Remote made = new Remote(literal, address, ip == null ? "" : ip.getHostAddress());
    LAST[at] = made;
    return made;
  }

  /** See {@link #of}. */
  static InetSocketAddress address(String literal, int port) {
    try {
      return new InetSocketAddress(
          literal.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(literal),
          port);
    } catch (UnknownHostException e) {
      return InetSocketAddress.createUnresolved(literal, port);
    }
  }
}
