// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.boot.JavaBase;
import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.mesh.AgentMetrics;
import io.inboard.mesh.FoundEndpoints;
import io.inboard.mesh.MeshSockets;
import io.inboard.mesh.Rehearsal;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded;
import io.inboard.settings.source.SettingsSource;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.settings.source.SettingsWatch;
import io.inboard.time.Clock;
import io.inboard.weave.HookIndex;
import io.inboard.weave.UnderWay;
import io.inboard.weave.Weaver;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.net.InetSocketAddress;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Starts the agent in an application's JVM. */
public final class Agent {
  private static final Duration LAST_FLUSH = Duration.ofMillis(800);

  /** For weaving that is under way, from the same moment on: the exit is delayed by 1 s at most. */
  private static final Duration LAST_WORK = Duration.ofMillis(950);

  /** How long a port may take from its opening to its mention. */
  private static final long OPENING_MILLIS = 1_000;

  private final Instrumentation instrumentation;
  private final MeshWhenNeeded mesh;
  private final MeshSockets sockets;
  private final SettingsWatch watch;
  private final Weaver weaver;
  private final String jarPath;

  /** The one that runs premain, and the application's main method after it. */
  private final Thread main = Thread.currentThread();

  private Agent(
      Instrumentation instrumentation,
      MeshWhenNeeded mesh,
      MeshSockets sockets,
      SettingsWatch watch,
      Weaver weaver,
      String jarPath) {
    this.instrumentation = instrumentation;
    this.mesh = mesh;
    this.sockets = sockets;
    this.watch = watch;
    this.weaver = weaver;
    this.jarPath = jarPath;
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
        new SettingsReader(environment, System.getProperty("sun.java.command", ""))
            .relativeTo(source.directory());
    FoundEndpoints found = new FoundEndpoints();
    MeshWhenNeeded mesh = new MeshWhenNeeded(found);
    MeshSockets sockets = new MeshSockets(found);
    InForce inForce = new InForce(mesh, sockets);
    StartRules.HeldVoice voice = new StartRules.HeldVoice(new LogVoice());
    SettingsWatch watch = SettingsWatch.of(source, reader, environment, inForce, voice);
    Loaded loaded = watch.load();
    Optional<String> refusal = refusal(loaded, watch, environment);
    if (refusal.isPresent()) {
      end(refusal.get());
      return;
    }
    voice.release();
    inForce.accept(loaded);
    Inboard.watch(sockets);
    Weaver weaver =
        Weaver.install(
            instrumentation, HookIndex.packaged(Agent.class.getClassLoader()), new HookLog());
    sockets.known(new KnownBy(weaver));
    sockets.own(new Own());
    sockets.ownTls(new OwnTls(mesh));
    new Agent(instrumentation, mesh, sockets, watch, weaver, jarPath).continueLater();
  }

  private static Optional<String> refusal(
      Loaded loaded, SettingsWatch watch, Map<String, String> environment) {
    try {
      return StartRules.required(System::getProperty, environment)
          ? StartRules.refusal(loaded, watch.status())
              .map(why -> why + "; INBOARD_STARTUP=required, so")
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage() + ";");
    }
  }

  /** Before main, with one line, whatever level the settings name. */
  @SuppressWarnings("removal") // A SecurityManager would forbid it to the application's own frames.
  private static void end(String why) {
    Log.level(Log.Level.INFO);
    Log.warn(why + " this JVM ends before its application starts (exit code 78)");
    AccessController.doPrivileged(
        (PrivilegedAction<Void>)
            () -> {
              System.exit(StartRules.EXIT);
              return null;
            });
  }

  private void continueLater() {
    AgentThreads.daemon("inboard-start", this::afterPremain).start();
    Runtime.getRuntime()
        .addShutdownHook(ShutdownFlush.of(LAST_FLUSH, mesh::close, weaver.underWay(), LAST_WORK));
  }

  private void afterPremain() {
    // Each for itself: what one of them throws must not keep the others from starting.
    AgentLoop start = AgentLoop.named("inboard-start");
    step(start, () -> weaver.weaveLoadedClasses(instrumentation));
    step(start, watch::start);
    step(start, () -> mesh.observe(meter -> AgentMetrics.register(meter, watch::status)));
    step(start, mesh::start);
    step(start, this::openStatus);
    step(start, this::tell);
    // Waits more than it works: the JVM's end need not wait for it.
    start.turn(() -> sockets.lookForOlderPorts(OPENING_MILLIS));
    start.turn(() -> prepareForCalls(start));
  }

  private void prepareForCalls(AgentLoop start) throws InterruptedException {
    FirstCalls first =
        new FirstCalls(
            Clock.SYSTEM,
            TimeUnit.NANOSECONDS::sleep,
            () -> FirstCalls.hasBegun(main),
            sockets::open);
    first.prepare(
        List.of(
            () -> step(start, () -> mesh.rehearsal().ifPresent(Rehearsal::decisions)),
            () -> step(start, () -> mesh.rehearsal().ifPresent(r -> r.handshake(this::loaded))),
            // A turn without a step: it says for each class what the JVM's end must wait for.
            () -> start.turn(this::loadAhead),
            () -> step(start, () -> mesh.rehearsal().ifPresent(r -> r.traced(this::loaded)))));
  }

  /** Switched off, hooks hand on to the library at once, and need next to nothing. */
  private void loadAhead() {
    if (mesh.settings().enabled()) {
      weaver.loadAhead(instrumentation);
    }
  }

  /** Whether the boot loader has loaded a class of this name. */
  private boolean loaded(String name) {
    for (Class<?> loaded : instrumentation.getInitiatedClasses(null)) {
      if (loaded.getName().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Each step loads classes, which the JVM's end had better not meet; see {@link UnderWay}. */
  private void step(AgentLoop start, AgentLoop.Turn step) {
    UnderWay underWay = weaver.underWay();
    if (underWay.begin()) {
      try {
        start.turn(step);
      } finally {
        underWay.end();
      }
    }
  }

  private void openStatus() {
    try {
      StatusDoor.open(
          JavaBase.enter(instrumentation),
          () ->
              Json.of(
                  AgentStatus.of(
                      AgentVersion.of(jarPath),
                      mesh.made(),
                      sockets.status(),
                      watch.status(),
                      weaver.report())));
    } catch (ReflectiveOperationException | RuntimeException e) {
      Log.warn("`status` cannot look into this JVM: " + e);
    }
  }

  /** Settings that are in force from now on: those who obey them. */
  private record InForce(MeshWhenNeeded mesh, MeshSockets sockets) implements Consumer<Loaded> {
    @Override
    public void accept(Loaded loaded) {
      sockets.apply(loaded.settings());
      mesh.accept(loaded);
    }
  }

  /** No lambda, as below. The agent's loader has its classes and its libraries alone. */
  private static final class Own implements Predicate<Class<?>> {
    @Override
    public boolean test(Class<?> opener) {
      return opener.getClassLoader() == Agent.class.getClassLoader();
    }
  }

  /** The same. */
  private record OwnTls(MeshWhenNeeded mesh) implements Predicate<InetSocketAddress> {
    @Override
    public boolean test(InetSocketAddress remote) {
      return mesh.hasOwnTls(remote);
    }
  }

  /** No method reference: nothing before main is to need invokedynamic. */
  private record KnownBy(Weaver weaver) implements Predicate<Class<?>> {
    @Override
    public boolean test(Class<?> opener) {
      return weaver.knows(opener);
    }
  }

  /** At a good start; a bad one has said what is wrong. */
  private void tell() {
    SettingsStatus status = watch.status();
    if (status.lastError().isEmpty()) {
      Log.info(
          StartLine.of(
              AgentVersion.of(jarPath),
              status,
              mesh.settings(),
              mesh.identityStatus(),
              weaver.report()));
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
