// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.List;

/** Reads headers of a library's message. */
@FunctionalInterface
public interface HeaderView {
  /**
   * All values of a header in the order of the wire, names compared without case; empty if absent.
   */
  List<String> headers(String name);
}
