// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import java.lang.instrument.Instrumentation;

/** An agent that does nothing: what the JVM itself pays for having one. */
public final class EmptyPremain {
  private EmptyPremain() {}

  public static void premain(String argument, Instrumentation instrumentation) {
    // Nothing.
  }
}
