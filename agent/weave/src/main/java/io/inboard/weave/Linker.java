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
import java.util.function.Function;

/**
 * Links the call sites of woven methods to their advice. Runs once for each call site; what it
 * makes is constant for the JIT.
 *
 * <p>Enter and exit are linked directly, which makes no class at run time: what they throw is
 * caught by the woven method, which then calls its second call site, {@link #FAILED}.
 */
final class Linker implements Function<Object[], Object> {
  /** Begins the name of the call site that an error goes to, before the name of the advice. */
  static final String FAILED = "failed-";

  private static final String CONSTRUCT = "construct";
  private static final Lookup OWN = MethodHandles.lookup();

  private final HookIndex index;
  private final JavaBase javaBase;
  private final WeaveListener listener;
  private final Faults faults;
  private final ClassLoader agentLoader = Linker.class.getClassLoader();

  /** For the boot loader and the platform loader, which are never unloaded. */
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

  /** What the dispatcher calls; see there. */
  @Override
  public Object apply(Object[] site) {
    return link((Lookup) site[0], (String) site[1], (MethodType) site[2], (String) site[3]);
  }

  private CallSite link(Lookup caller, String name, MethodType type, String adviceName) {
    return OwnRight.act(
        new PrivilegedAction<CallSite>() {
          @Override
          public CallSite run() {
            return linkNow(caller, name, type, adviceName);
          }
        });
  }

  private CallSite linkNow(Lookup caller, String name, MethodType type, String adviceName) {
    UnitState state = index.ofAdvice(adviceName);
    String unit = state == null ? "" : state.name();
    try {
      Class<?> woven = caller.lookupClass();
      InstrumentationLoader loader = loaderFor(woven.getClassLoader());
      if (state != null) {
        open(state, loader);
      }
      javaBase.open(woven.getModule(), woven.getPackageName(), loader.getUnnamedModule());
      // Initialized here: a method handle to a class that is not initialized costs more classes.
      Class<?> advice = Class.forName(adviceName, true, loader);
      Lookup lookup = MethodHandles.privateLookupIn(advice, OWN);
      boolean failed = name.startsWith(FAILED);
      String method = failed ? name.substring(FAILED.length()) : name;
      Barrier barrier = new Barrier(state, listener, unit, adviceName + "#" + method);
      return new ConstantCallSite(
          failed
              ? barrier.failed(lookup, advice, method, type)
              : direct(lookup, advice, method, type, barrier));
    } catch (Throwable e) {
      listener.failed(unit, adviceName, e);
      return new ConstantCallSite(MethodHandles.empty(type));
    }
  }

  private MethodHandle direct(
      Lookup lookup, Class<?> advice, String name, MethodType type, Barrier barrier)
      throws ReflectiveOperationException {
    MethodHandle target =
        faults.hit(advice.getName()) ? fault(type) : lookup.findStatic(advice, name, type);
    // In the middle of an expression: a handler in the woven method would lose what lies on the
    // operand stack.
    return name.equals(CONSTRUCT)
        ? barrier.around(
            target,
            barrier.failed(lookup, advice, name, type.insertParameterTypes(0, Throwable.class)))
        : target;
  }

  private static MethodHandle fault(MethodType type) throws ReflectiveOperationException {
    MethodHandle strike = OWN.findStatic(Faults.class, "strike", methodType(void.class));
    return MethodHandles.foldArguments(MethodHandles.empty(type), strike);
  }

  /** The loader of a unit's advice for woven classes of that loader; null: the boot loader. */
  ClassLoader adviceLoader(UnitState state, ClassLoader application) {
    InstrumentationLoader loader = loaderFor(application);
    open(state, loader);
    return loader;
  }

  private void open(UnitState state, InstrumentationLoader loader) {
    for (Unit.Opening opening : state.unit().openings()) {
      javaBase.open(opening.module(), opening.packageName(), loader.getUnnamedModule());
    }
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

  /**
   * Counts and reports what an advice throws, and puts a value in its place. In erased types: the
   * JDK's combinators keep the last types that they met in static caches ({@code
   * MethodHandleImpl.ARRAYS}, {@code asTypeCache}), and those would keep the application's class
   * loader alive.
   */
  record Barrier(UnitState state, WeaveListener listener, String unit, String hook) {
    /** What answers when the advice threw: its Throwable variant if it has one, else nothing. */
    MethodHandle failed(Lookup lookup, Class<?> advice, String name, MethodType withError)
        throws ReflectiveOperationException {
      MethodHandle report =
          OWN.findVirtual(Barrier.class, "report", methodType(void.class, Throwable.class))
              .bindTo(this);
      MethodType erased = withError.erase().changeParameterType(0, Throwable.class);
      MethodHandle nothing = MethodHandles.empty(erased);
      MethodHandle variant;
      try {
        variant = lookup.findStatic(advice, name, withError).asType(erased);
      } catch (NoSuchMethodException usual) {
        return MethodHandles.foldArguments(nothing, report).asType(withError);
      }
      // If the variant throws, too, the result is null, zero or false.
      MethodHandle last = MethodHandles.dropArguments(nothing, 0, Throwable.class);
      return MethodHandles.catchException(
              MethodHandles.foldArguments(variant, report), Throwable.class, last)
          .asType(withError);
    }

    MethodHandle around(MethodHandle target, MethodHandle failed) {
      MethodType erased = target.type().erase();
      return MethodHandles.catchException(
              target.asType(erased),
              Throwable.class,
              failed.asType(erased.insertParameterTypes(0, Throwable.class)))
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
