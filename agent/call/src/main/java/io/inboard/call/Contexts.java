// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * The current context of a thread, and the way to carry it to another one. Safe for use by any
 * thread; takes no lock; nothing throws.
 */
public interface Contexts {
  /** Carries nothing. */
  Contexts NONE =
      new Contexts() {
        @Override
        public Context current() {
          return Context.NONE;
        }

        @Override
        public Scope activate(Context context) {
          return Scope.NONE;
        }
      };

  /**
   * The context of the request that this thread works for; {@link Context#NONE} if there is none.
   */
  Context current();

  /**
   * Makes a context current on this thread until the scope is closed, on the same thread. {@link
   * Context#NONE} is a value like any other: it hides an outer context.
   */
  Scope activate(Context context);

  /** Restores what was current before. */
  @FunctionalInterface
  interface Scope extends AutoCloseable {
    /** Restores nothing. */
    Scope NONE = () -> {};

    @Override
    void close();
  }
}
