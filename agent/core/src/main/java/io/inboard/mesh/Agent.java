// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.boot.JavaBase;
import io.inboard.call.Log;
import io.inboard.weave.Library;
import io.inboard.weave.Weaver;
import java.lang.instrument.Instrumentation;
import java.util.ServiceLoader;

/** Starts the agent in an application's JVM. */
public final class Agent {
  private Agent() {}

  /**
   * Called by the premain entry, on the main thread, before the application's main class is loaded:
   * reads settings and identity and indexes the hooks; everything else waits for a daemon thread.
   *
   * @param argument what stands behind {@code -javaagent:inboard.jar=}; null if nothing does
   */
  public static void start(String argument, Instrumentation instrumentation, String jarPath) {
    Weaver weaver =
        Weaver.install(
            instrumentation,
            ServiceLoader.load(Library.class, Agent.class.getClassLoader()),
            new HookLog());
    Thread later = new Thread(() -> afterPremain(weaver, instrumentation), "inboard-start");
    later.setDaemon(true);
    later.setContextClassLoader(null);
    later.start();
  }

  private static void afterPremain(Weaver weaver, Instrumentation instrumentation) {
    weaver.weaveLoadedClasses(instrumentation);
    try {
      StatusDoor.open(JavaBase.enter(instrumentation), () -> Json.of(weaver.report()));
    } catch (ReflectiveOperationException | RuntimeException e) {
      Log.warn("`status` cannot look into this JVM: " + e);
    }
  }
}
