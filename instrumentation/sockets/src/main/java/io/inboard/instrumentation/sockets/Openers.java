// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.call.client.Callers;

/**
 * Finds the class that opens a port or a connection, by walking the stack; done only when one is
 * opened.
 */
final class Openers {
  /** Packages of the JDK between a library and its socket. */
  private static final String[] PLUMBING = {
    "java.", "javax.net.", "sun.nio.ch.", "sun.rmi.", "sun.security.",
  };

  /** What binds and connects for other libraries. */
  private static final String XNIO = "org.xnio.";

  /** Netty's, also in libraries that have relocated it under another prefix. */
  private static final String[] NETTY_PLUMBING = {
    "netty.channel.unix.", "netty.util.internal.",
  };

  private Openers() {}

  /**
   * The first class on the stack that is not part of the JDK or of the libraries above; {@link
   * Thread} if there is none.
   */
  static Class<?> nearest() {
    return Callers.nearest(Openers.class, Openers::isPlumbing);
  }

  private static boolean isPlumbing(String name) {
    for (String prefix : PLUMBING) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    if (name.startsWith(XNIO)) {
      return true;
    }
    for (String part : NETTY_PLUMBING) {
      if (name.contains(part)) {
        return true;
      }
    }
    return false;
  }
}
