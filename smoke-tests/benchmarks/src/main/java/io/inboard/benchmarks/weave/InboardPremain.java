// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import io.inboard.weave.HookIndex;
import io.inboard.weave.WeaveListener;
import io.inboard.weave.Weaver;
import java.lang.instrument.Instrumentation;

/** An agent that weaves by Inboard's weaver, and does nothing else. */
public final class InboardPremain {
  private InboardPremain() {}

  public static void premain(String argument, Instrumentation instrumentation) {
    HookIndex index = HookIndex.packaged(ClassLoader.getSystemClassLoader());
    Weaver.install(instrumentation, index, new Complain());
  }

  private static final class Complain implements WeaveListener {
    @Override
    public void applied(String unit, String library) {}

    @Override
    public void misfit(String unit, String library, String reason) {
      System.err.println(reason);
    }

    @Override
    public void failed(String unit, String className, Throwable error) {
      System.err.println(className + ": " + error);
    }

    @Override
    public void hookError(String unit, String hook, Throwable error) {
      System.err.println(hook + ": " + error);
    }
  }
}
