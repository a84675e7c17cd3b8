// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import java.lang.StackWalker.StackFrame;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.function.Predicate;

/** Finds who has called what a hook stands in, by walking the stack; done only where it matters. */
public final class Callers {
  private static final StackWalker STACK = walker();

  private static final String PACKAGE = "io.inboard.call.client.";

  private Callers() {}

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
   * The first class on the stack that is neither an adapter's, nor of this package, nor plumbing;
   * {@link Thread} if there is none.
   *
   * @param adapter any class of the adapter, whose loader has nothing but adapters
   * @param plumbing which classes are looked through, by {@code Class.getName}
   */
  public static Class<?> nearest(Class<?> adapter, Predicate<String> plumbing) {
    ClassLoader own = adapter.getClassLoader();
    return STACK.walk(
        frames ->
            frames
                .<Class<?>>map(StackFrame::getDeclaringClass)
                .filter(c -> c.getClassLoader() != own && !c.getName().startsWith(PACKAGE))
                .filter(c -> !plumbing.test(c.getName()))
                .findFirst()
                .orElse(Thread.class));
  }
}
