// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.boot;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What needs the module system: the dispatcher inside java.base, and packages of the JDK opened to
 * our own unnamed modules only. No command-line flag, nothing appended to the boot class path
 * (which would cost the application its shared class archive).
 */
public final class JavaBase {
  private static final String DISPATCHER = "java.lang.InboardDispatcher";

  private final Instrumentation instrumentation;
  private final Class<?> dispatcher;

  private JavaBase(Instrumentation instrumentation, Class<?> dispatcher) {
    this.instrumentation = instrumentation;
    this.dispatcher = dispatcher;
  }

  /**
   * Defines the dispatcher, or finds the one that an earlier agent or test in this JVM defined.
   *
   * @throws IllegalStateException when this JVM does not allow it; says why
   */
  public static JavaBase enter(Instrumentation instrumentation) {
    return new JavaBase(instrumentation, dispatcher(instrumentation));
  }

  private static Class<?> dispatcher(Instrumentation instrumentation) {
    try {
      return Class.forName(DISPATCHER, true, null);
    } catch (ClassNotFoundException notYet) {
      // The usual case: this is the first agent of ours in this JVM.
    }
    open(instrumentation, Object.class.getModule(), "java.lang", JavaBase.class.getModule());
    String resource = DISPATCHER.replace('.', '/') + ".class";
    try (InputStream in = JavaBase.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the agent's jar");
      }
      return MethodHandles.privateLookupIn(Object.class, MethodHandles.lookup())
          .defineClass(in.readAllBytes());
    } catch (IOException | IllegalAccessException e) {
      throw new IllegalStateException("cannot define " + DISPATCHER + " in java.base: " + e, e);
    }
  }

  /**
   * Leaves what links call sites: {Lookup, name, MethodType, advice} to a CallSite, from any
   * thread.
   */
  public void link(Function<Object[], Object> linker) {
    try {
      dispatcher.getField("linker").set(null, linker);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the dispatcher in java.base is not ours: " + e, e);
    }
  }

  /**
   * Leaves what runs after all shutdown hooks, on the thread that ends the JVM; not before {@code
   * Runtime.halt}.
   */
  public void atTheEnd(Runnable last) {
    try {
      dispatcher.getField("atTheEnd").set(null, last);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the dispatcher in java.base is not ours: " + e, e);
    }
  }

  /**
   * Opens a package of a named module of the boot layer to a module of ours.
   *
   * @return false when this runtime has no such module or package
   */
  public boolean open(String module, String packageName, Module to) {
    Module from = ModuleLayer.boot().findModule(module).orElse(null);
    if (from == null || !from.getPackages().contains(packageName)) {
      return false;
    }
    open(instrumentation, from, packageName, to);
    return true;
  }

  /** Opens a package of any module to a module of ours; an unnamed module is open already. */
  public void open(Module from, String packageName, Module to) {
    if (from.isNamed() && !from.isOpen(packageName, to)) {
      open(instrumentation, from, packageName, to);
    }
  }

  private static void open(Instrumentation i, Module from, String packageName, Module to) {
    // Opening gives deep reflection, exporting lets typed code link to public classes.
    Map<String, Set<Module>> only = Map.of(packageName, Set.of(to));
    i.redefineModule(from, Set.of(), only, only, Set.of(), Map.of());
  }
}
