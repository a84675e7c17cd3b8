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
  private final WeaveListener listener;
  private final UnderWay underWay = new UnderWay();
  private final ClassLoader agentLoader = Weaver.class.getClassLoader();

  private Weaver(HookIndex index, WeaveListener listener) {
    this.index = index;
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
    Weaver weaver = new Weaver(index, listener);
    instrumentation.addTransformer(weaver, true);
    return weaver;
  }

  /**
   * Retransforms hooked classes that were loaded before us, one by one: a class that another agent
   * has made unweavable must not cost the others. May load ASM: not for premain. Stops between two
   * classes when the JVM is about to end.
   */
  public void weaveLoadedClasses(Instrumentation instrumentation) {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      List<UnitState> wanting = index.wanting(type.getName().replace('.', '/'));
      if (wanting == null || isOurs(type.getClassLoader())) {
        continue;
      }
      if (!underWay.begin()) {
        return;
      }
      try {
        instrumentation.retransformClasses(type);
      } catch (Throwable e) {
        wanting.forEach(state -> state.unwoven(type.getClassLoader(), type.getName()));
        listener.failed(wanting.get(0).name(), type.getName(), e);
      } finally {
        underWay.end();
      }
    }
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
    if (internalName == null) {
      return null;
    }
    List<UnitState> wanting = index.wanting(internalName);
    if (wanting == null || isOurs(loader)) {
      return null;
    }
    // Never left out: while its hooks run, an application at its end still calls and is called.
    underWay.beginAnyway();
    try {
      // No lambda: nothing before main is to need invokedynamic.
      return OwnRight.act(
          new PrivilegedAction<byte[]>() {
            @Override
            public byte[] run() {
              return weave(wanting, loader, internalName.replace('/', '.'), domain, classFile);
            }
          });
    } finally {
      underWay.end();
    }
  }

  private byte[] weave(
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
        UnitState.Fit fit = state.fit(loader, library(loader, domain), weaver::misfit, listener);
        List<Unit.Hook> hooks = fit.fits() ? state.unit().hooks() : state.unit().guards();
        byte[] result = weaver.weave(hooks);
        if (result != null) {
          woven = result;
          state.woven(loader, className);
        }
      } catch (Throwable e) {
        // Whatever a broken library throws: the class loads as it is.
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
