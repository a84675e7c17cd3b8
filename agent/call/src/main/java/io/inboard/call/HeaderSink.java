// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/** Writes headers into a library's message. */
public interface HeaderSink {
  /** Sets a header, in place of all values that it had. */
  void set(String name, String value);

  /** Removes all values of a header. */
  void remove(String name);
}
