// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.io.PrintStream;

/** Lets tests of other packages read what the agent writes. */
public final class LogListener {
  private LogListener() {}

  /** Writes to that stream instead; null: to the process's own again. */
  public static void to(PrintStream stream) {
    Log.to(stream);
  }
}
