// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import java.io.Console;

/** Whether standard output is looked at by a person, and may so be coloured. */
final class Terminal {
  private Terminal() {}

  /** True on a terminal, unless NO_COLOR (no-color.org) is set to anything or TERM is dumb. */
  static boolean colours() {
    String noColour = System.getenv("NO_COLOR");
    return (noColour == null || noColour.isEmpty())
        && !"dumb".equals(System.getenv("TERM"))
        && isTerminal(System.console());
  }

  /** From JDK 22 on there is a console without a terminal, too, and it knows the difference. */
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException olderThan22) {
      return true;
    }
  }
}
