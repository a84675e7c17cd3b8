// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** Which line of Jetty this is; found once for each class loader. */
final class Line {
  /** Whether it is Jetty 12; else 9.4 to 11. */
  static final boolean IS_12 = JettyMembers.HANDLE.isThere();

  private Line() {}

  /**
   * That requests of this line pass a gate, which the hooks cannot say of one that is not known.
   *
   * @throws IllegalStateException if they do not
   */
  static void known() {
    if (!IS_12 && !KNOWN) {
      throw new IllegalStateException("requests enter this version of Jetty by another way");
    }
  }

  private static final boolean KNOWN = ChannelMembers.HANDLE.isThere();
}
