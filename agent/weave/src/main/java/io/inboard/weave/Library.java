// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

/**
 * What one library gets woven: found by {@link java.util.ServiceLoader}. An implementation is data
 * alone; it must load without the library.
 */
public interface Library {
  /** The library's hooks; called once. */
  Unit unit();
}
