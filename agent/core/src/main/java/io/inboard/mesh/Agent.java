// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.boot.JavaBase;
import io.inboard.call.AgentThreads;
import io.inboard.call.Log;
import io.inboard.settings.SettingsReader;
import io.inboard.settings.SettingsSource;
import io.inboard.settings.SettingsWatch;
import io.inboard.weave.HookIndex;
import io.inboard.weave.Weaver;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.Map;

/** Starts the agent in an application's JVM. */
public final class Agent {
  private static final Duration LAST_FLUSH = Duration.ofMillis(800);

  private final Instrumentation instrumentation;
  private final MeshWhenNeeded mesh;
  private final SettingsWatch watch;
  private final Weaver weaver;
  private final String jarPath;

  private Agent(
      Instrumentation instrumentation,
      MeshWhenNeeded mesh,
      SettingsWatch watch,
      Weaver weaver,
      String jarPath) {
    this.jarPath = jarPath;
    this.instrumentation = instrumentation;
    this.mesh = mesh;
    this.watch = watch;
    this.weaver = weaver;
  }

  /**
   * Called by the premain entry, on the main thread, before the application's main class is loaded:
   * reads settings and identity and indexes the hooks; everything else waits for a daemon thread.
   *
   * @param argument what stands behind {@code -javaagent:inboard.jar=}; null if nothing does
   */
  public static void start(String argument, Instrumentation instrumentation, String jarPath) {
    Map<String, String> environment = System.getenv();
    SettingsSource source =
        SettingsSource.find(
            argument, System::getProperty, environment, new File(System.getProperty("user.dir")));
    SettingsReader reader =
        new SettingsReader(environment, System.getProperty("sun.java.command", ""));
    MeshWhenNeeded mesh = new MeshWhenNeeded();
    SettingsWatch watch = SettingsWatch.of(source, reader, environment, mesh, new LogVoice());
    mesh.accept(watch.load());
    Weaver weaver =
        Weaver.install(
            instrumentation, HookIndex.packaged(Agent.class.getClassLoader()), new HookLog());
    new Agent(instrumentation, mesh, watch, weaver, jarPath).continueLater();
  }

  private void continueLater() {
    AgentThreads.daemon("inboard-start", this::afterPremain).start();
    Runtime.getRuntime().addShutdownHook(Farewell.of(LAST_FLUSH, mesh::close));
  }

  private void afterPremain() {
    weaver.weaveLoadedClasses(instrumentation);
    watch.start();
    mesh.start();
    try {
      StatusDoor.open(
          JavaBase.enter(instrumentation),
          () ->
              Json.of(
                  AgentStatus.of(
                      AgentVersion.of(jarPath), mesh.made(), watch.status(), weaver.report())));
    } catch (ReflectiveOperationException | RuntimeException e) {
      Log.warn("`status` cannot look into this JVM: " + e);
    }
  }

  /** Settings speak through the agent's log. */
  private static final class LogVoice implements SettingsWatch.Voice {
    @Override
    public void info(String line) {
      Log.info(line);
    }

    @Override
    public void warn(String line) {
      Log.warn(line);
    }
  }
}
