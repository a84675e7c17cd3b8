// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.function.Supplier;

/** A unit whose library's hooks are loaded when the first class of it is. */
record LazyUnit(String library, ClassLoader loader) implements Supplier<Unit> {
  @Override
  public Unit get() {
    try {
      return ((Library) Class.forName(library, true, loader).getDeclaredConstructor().newInstance())
          .unit();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(library + " is in the index and not in the jar: " + e, e);
    }
  }
}
