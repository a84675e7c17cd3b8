// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import java.lang.StackWalker.StackFrame;
import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Finds the class that opens a port or a connection, by walking the stack; done only when one is
 * opened.
 */
final class Openers {
  private static final StackWalker STACK = walker();

  /** Of the advice, which is on the stack, too. */
  private static final ClassLoader OWN = Openers.class.getClassLoader();

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

  /** The application's frames need not have the right to see classes. */
  @SuppressWarnings("removal")
  private static StackWalker walker() {
    PrivilegedAction<StackWalker> action =
        () -> StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    return System.getSecurityManager() == null
        ? action.run()
        : AccessController.doPrivileged(action);
  }

  /**
   * The first class on the stack that is not part of the JDK or of the libraries above; {@link
   * Thread} if there is none.
   */
  static Class<?> nearest() {
    return STACK.walk(
        frames ->
            frames
                .<Class<?>>map(StackFrame::getDeclaringClass)
                .filter(c -> c.getClassLoader() != OWN && !isPlumbing(c.getName()))
                .findFirst()
                .orElse(Thread.class));
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
