// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static java.lang.invoke.MethodType.methodType;

import io.inboard.boot.JavaBase;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.security.PrivilegedAction;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Links the call sites of woven methods to their advice, each through a barrier that no exception
 * passes. Runs once for each call site; what it makes is constant for the JIT.
 */
final class Linker {
  private static final Lookup OWN = MethodHandles.lookup();

  private final HookIndex index;
  private final JavaBase javaBase;
  private final WeaveListener listener;
  private final Faults faults;
  private final ClassLoader agentLoader = Linker.class.getClassLoader();

  /** For the boot loader and the platform loader, which outlive us. */
  private final InstrumentationLoader jdkLoader;

  /** Guarded by itself. Weak on both sides: the loader's parent is the key. */
  private final Map<ClassLoader, WeakReference<InstrumentationLoader>> loaders =
      new WeakHashMap<>();

  Linker(HookIndex index, JavaBase javaBase, WeaveListener listener, Faults faults) {
    this.index = index;
    this.javaBase = javaBase;
    this.listener = listener;
    this.faults = faults;
    this.jdkLoader = new InstrumentationLoader(ClassLoader.getPlatformClassLoader(), agentLoader);
  }

  /** What the dispatcher calls. */
  MethodHandle handle() {
    try {
      return OWN.findVirtual(
              Linker.class,
              "link",
              methodType(
                  CallSite.class, Lookup.class, String.class, MethodType.class, Object[].class))
          .bindTo(this);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * @param arguments the advice class's name comes first
   */
  CallSite link(Lookup caller, String name, MethodType type, Object[] arguments) {
    return OwnRight.act(
        new PrivilegedAction<CallSite>() {
          @Override
          public CallSite run() {
            return linkNow(caller, name, type, arguments);
          }
        });
  }

  private CallSite linkNow(Lookup caller, String name, MethodType type, Object[] arguments) {
    String adviceName = (String) arguments[0];
    UnitState state = index.ofAdvice(adviceName);
    String unit = state == null ? "" : state.name();
    try {
      Class<?> woven = caller.lookupClass();
      InstrumentationLoader loader = loaderFor(woven.getClassLoader());
      if (state != null) {
        for (Unit.Opening opening : state.unit().openings()) {
          javaBase.open(opening.module(), opening.packageName(), loader.getUnnamedModule());
        }
      }
      javaBase.open(woven.getModule(), woven.getPackageName(), loader.getUnnamedModule());
      Class<?> advice = loader.loadClass(adviceName);
      Lookup lookup = MethodHandles.privateLookupIn(advice, OWN);
      MethodHandle target =
          faults.hit(adviceName) ? fault(type) : lookup.findStatic(advice, name, type);
      Barrier barrier = new Barrier(state, listener, unit, adviceName + "#" + name);
      return new ConstantCallSite(barrier.around(target, fallback(lookup, advice, name, type)));
    } catch (Throwable e) {
      listener.failed(unit, adviceName, e);
      return new ConstantCallSite(MethodHandles.empty(type));
    }
  }

  /** What answers when the advice throws: its Throwable variant if it has one, else nothing. */
  private static MethodHandle fallback(Lookup lookup, Class<?> advice, String name, MethodType type)
      throws IllegalAccessException {
    MethodType withError = type.insertParameterTypes(0, Throwable.class);
    try {
      return lookup.findStatic(advice, name, withError);
    } catch (NoSuchMethodException usual) {
      return MethodHandles.empty(withError);
    }
  }

  private static MethodHandle fault(MethodType type) throws ReflectiveOperationException {
    MethodHandle strike = OWN.findStatic(Faults.class, "strike", methodType(void.class));
    return MethodHandles.foldArguments(MethodHandles.empty(type), strike);
  }

  private InstrumentationLoader loaderFor(ClassLoader application) {
    if (application == null || application == ClassLoader.getPlatformClassLoader()) {
      return jdkLoader;
    }
    synchronized (loaders) {
      WeakReference<InstrumentationLoader> known = loaders.get(application);
      InstrumentationLoader loader = known == null ? null : known.get();
      if (loader == null) {
        loader = new InstrumentationLoader(application, agentLoader);
        loaders.put(application, new WeakReference<>(loader));
      }
      return loader;
    }
  }

  /** Counts and reports what an advice throws, and puts a value in its place. */
  record Barrier(UnitState state, WeaveListener listener, String unit, String hook) {
    /**
     * In erased types: the JDK's combinators keep the last types that they met in static caches
     * ({@code MethodHandleImpl.ARRAYS}, {@code asTypeCache}), and those would keep the
     * application's class loader alive.
     */
    MethodHandle around(MethodHandle target, MethodHandle fallback)
        throws ReflectiveOperationException {
      MethodHandle report =
          OWN.findVirtual(Barrier.class, "report", methodType(void.class, Throwable.class))
              .bindTo(this);
      MethodType erased = target.type().erase();
      MethodType withError = erased.insertParameterTypes(0, Throwable.class);
      MethodHandle reported = MethodHandles.foldArguments(fallback.asType(withError), report);
      // The fallback may fail as well (an error inside an error): then the default.
      MethodHandle last =
          MethodHandles.dropArguments(MethodHandles.empty(withError), 0, Throwable.class);
      MethodHandle guarded = MethodHandles.catchException(reported, Throwable.class, last);
      return MethodHandles.catchException(target.asType(erased), Throwable.class, guarded)
          .asType(target.type());
    }

    void report(Throwable error) {
      if (state != null) {
        state.countError();
      }
      listener.hookError(unit, hook, error);
    }
  }
}
