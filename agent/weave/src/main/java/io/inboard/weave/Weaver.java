// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import io.inboard.boot.JavaBase;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.CodeSource;
import java.security.PrivilegedAction;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Weaves hooks into classes as they load: one map look-up for each class of the JVM, and ASM only
 * behind the first hit.
 *
 * <pre>
 *   boot loader       java.lang.InboardDispatcher ── linker ─┐   (a method handle)
 *        ▲                                                   ▼
 *   application's loader                               agent loader: Weaver, Linker, the mesh
 *     woven class ── invokedynamic ──► dispatcher            ▲
 *        ▲                                                   │
 *        └───────── parents ───────── InstrumentationLoader ─┘   (one for each application loader:
 *                                       advice and adapters      sees the library and the mesh)
 * </pre>
 */
public final class Weaver implements ClassFileTransformer {
  private final HookIndex index;
  private final Linker linker;
  private final WeaveListener listener;
  private final UnderWay underWay = new UnderWay();

  /** How many threads are inside {@link #transform}, whatever the class. */
  private final AtomicInteger callbacks = new AtomicInteger();

  private final ClassLoader agentLoader = Weaver.class.getClassLoader();

  private Weaver(HookIndex index, Linker linker, WeaveListener listener) {
    this.index = index;
    this.linker = linker;
    this.listener = listener;
  }

  /**
   * Begins to weave. Classes that are loaded already stay as they are until {@link
   * #weaveLoadedClasses}.
   *
   * @throws IllegalStateException when this JVM does not let us into java.base; says why
   */
  public static Weaver install(
      Instrumentation instrumentation, Iterable<Library> libraries, WeaveListener listener) {
    return install(instrumentation, HookIndex.of(libraries), listener);
  }

  /** The same by an index that was made before. */
  public static Weaver install(
      Instrumentation instrumentation, HookIndex index, WeaveListener listener) {
    JavaBase javaBase = JavaBase.enter(instrumentation);
    Linker linker = new Linker(index, javaBase, listener, Faults.fromSystemProperty());
    javaBase.link(linker);
    HookErrors.heardBy(
        (unit, hook, error) -> {
          index.countError(unit);
          listener.hookError(unit, hook, error);
        });
    Weaver weaver = new Weaver(index, linker, listener);
    javaBase.atTheEnd(new AtTheEnd(weaver, instrumentation));
    instrumentation.addTransformer(weaver, true);
    return weaver;
  }

  /**
   * Retransforms hooked classes that were loaded before us, one by one: a class that another agent
   * has made unweavable must not cost the others. May load ASM: not for premain. Stops between two
   * classes when the JVM is about to end.
   *
   * <p>What the weaving itself needs is loaded before the first of them, outside of any callback
   * from the JVM; {@link UnderWay} says why.
   */
  public void weaveLoadedClasses(Instrumentation instrumentation) {
    boolean rehearsed = false;
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      List<UnitState> wanting = index.wanting(type.getName().replace('.', '/'));
      if (wanting == null || isOurs(type.getClassLoader())) {
        continue;
      }
      if (!underWay.begin()) {
        return;
      }
      try {
        if (!rehearsed) {
          rehearsed = true;
          rehearse(wanting, type);
        }
        wanting.forEach(UnitState::unit);
        instrumentation.retransformClasses(type);
      } catch (Throwable e) {
        wanting.forEach(state -> state.unwoven(type.getClassLoader(), type.getName()));
        listener.failed(wanting.get(0).name(), type.getName(), e);
      } finally {
        underWay.end();
      }
    }
  }

  /** Weaves a class and throws the result away: no state and no class is changed. */
  private void rehearse(List<UnitState> wanting, Class<?> type) {
    try {
      byte[] file = ClassFiles.read(type.getClassLoader(), type.getName().replace('.', '/'));
      if (file == null) {
        return; // Made at run time. The first callback then loads what it needs.
      }
      for (UnitState state : wanting) {
        ClassWeaver weaver =
            new ClassWeaver(agentLoader, type.getClassLoader(), type.getName(), file);
        if (weaver.misfit(state.unit()).isEmpty()) {
          weaver.weave(state.unit().hooks());
        }
      }
    } catch (RuntimeException | LinkageError e) {
      // The weaving itself will fail in the same way and report it.
    }
  }

  /**
   * Loads what calls by the libraries in use will need, so that the first of them need not: the
   * rest of the classes that are hooked, which weaves them, then what woven classes call. Nothing
   * is initialized. For a thread of its own; stops when the JVM is about to end.
   */
  public void loadAhead(Instrumentation instrumentation) {
    for (LibrariesInUse.Hooked hooked : LibrariesInUse.of(instrumentation, index)) {
      if (!underWay.begin()) {
        return;
      }
      try {
        Class.forName(hooked.className(), false, hooked.loader());
      } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
        // Of another version of the library, or what the application's own loader throws.
      } finally {
        underWay.end();
      }
    }
    for (UnitState state : index.units()) {
      for (ClassLoader woven : state.wovenLoaders()) {
        if (!underWay.begin()) {
          return;
        }
        try {
          new AdviceAhead(linker.adviceLoader(state, woven)).load(state.unit().advices());
        } catch (LinkageError | RuntimeException e) {
          // Who calls the advice will be told; the other units are prepared all the same.
        } finally {
          underWay.end();
        }
      }
    }
  }

  /**
   * The JVM ends now, after all shutdown hooks: it does not call us any more, and what it called us
   * for is waited for, so that it need not (see {@link UnderWay}).
   */
  void stop(Instrumentation instrumentation) {
    underWay.over();
    instrumentation.removeTransformer(this);
    underWay.awaitTheEnd(callbacks);
  }

  /** The weaving that goes on, for whoever ends the JVM. */
  public UnderWay underWay() {
    return underWay;
  }

  /**
   * Whether a class that opens a port or a connection belongs to a library whose hooks are woven
   * where that class lives, or to the agent itself.
   */
  public boolean knows(Class<?> opener) {
    if (isOurs(opener.getClassLoader())) {
      return true;
    }
    for (UnitState state : index.units()) {
      if (state.opensSockets(opener)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public byte[] transform(
      Module module,
      ClassLoader loader,
      String internalName,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] classFile) {
    callbacks.incrementAndGet();
    try {
      List<UnitState> wanting = internalName == null ? null : index.wanting(internalName);
      return wanting == null || isOurs(loader)
          ? null
          : weave(wanting, loader, internalName, domain, classFile);
    } finally {
      callbacks.decrementAndGet();
    }
  }

  private byte[] weave(
      List<UnitState> wanting,
      ClassLoader loader,
      String internalName,
      ProtectionDomain domain,
      byte[] classFile) {
    // Never left out: while its shutdown hooks run, an application still sends and serves requests.
    underWay.beginAnyway();
    try {
      // No lambda: nothing before main is to need invokedynamic.
      return OwnRight.act(
          new PrivilegedAction<byte[]>() {
            @Override
            public byte[] run() {
              return woven(wanting, loader, internalName.replace('/', '.'), domain, classFile);
            }
          });
    } finally {
      underWay.end();
    }
  }

  private byte[] woven(
      List<UnitState> wanting,
      ClassLoader loader,
      String className,
      ProtectionDomain domain,
      byte[] classFile) {
    byte[] woven = null;
    for (UnitState state : wanting) {
      try {
        ClassWeaver weaver =
            new ClassWeaver(agentLoader, loader, className, woven == null ? classFile : woven);
        if (!weaver.isThere(state.unit())) {
          continue;
        }
        UnitState.Fit fit = state.fit(loader, library(loader, domain), weaver, listener);
        List<Unit.Hook> hooks = fit.fits() ? state.unit().hooks() : state.unit().guards();
        byte[] result = weaver.weave(hooks);
        if (result != null) {
          woven = result;
          state.woven(loader, className);
        }
      } catch (Throwable e) {
        // Whatever went wrong, the class loads unchanged.
        state.unwoven(loader, className);
        listener.failed(state.name(), className, e);
      }
    }
    return woven;
  }

  /** Our own loaders: the exporter's okhttp must not become a member of the mesh. */
  private boolean isOurs(ClassLoader loader) {
    return loader instanceof InstrumentationLoader
        || (loader == agentLoader && loader != ClassLoader.getSystemClassLoader());
  }

  /** What has become of each unit, in the order of their names in the jar. */
  public List<UnitReport> report() {
    List<UnitReport> reports = new ArrayList<>();
    for (UnitState state : index.units()) {
      reports.add(state.report());
    }
    return reports;
  }

  /** No lambda: nothing before main is to need invokedynamic. */
  private record AtTheEnd(Weaver weaver, Instrumentation instrumentation) implements Runnable {
    @Override
    public void run() {
      weaver.stop(instrumentation);
    }
  }

  private static String library(ClassLoader loader, ProtectionDomain domain) {
    CodeSource source = domain == null ? null : domain.getCodeSource();
    if (loader == null
        || source == null
        || source.getLocation() == null
        || "jrt".equals(source.getLocation().getProtocol())) {
      return "JDK " + System.getProperty("java.version");
    }
    String location = source.getLocation().toString();
    while (location.endsWith("/") || location.endsWith("!")) {
      location = location.substring(0, location.length() - 1);
    }
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
