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

  /**
   * The value of a header that came once, for a look at it and not to be kept: it may be the
   * library's own bytes, which change with its next message.
   *
   * @return empty if the header is absent, or came several times
   */
  default CharSequence only(String name) {
    List<String> values = headers(name);
    return values.size() == 1 ? values.get(0) : "";
  }
}
