// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** Finds and calls what is package-private in {@code jdk.internal.net.http}. */
final class JdkHandles {
  private static final MethodHandles.Lookup OWN = MethodHandles.lookup();
  private static final String PACKAGE = "jdk.internal.net.http.";

  private JdkHandles() {}

  static Object call(MethodHandle handle, Object a) {
    try {
      return (Object) handle.invokeExact(a);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static Object call(MethodHandle handle, Object a, Object b) {
    try {
      return (Object) handle.invokeExact(a, b);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static Object call(MethodHandle handle, Object a, Object b, Object c) {
    try {
      return (Object) handle.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static RuntimeException unchecked(Throwable e) {
    if (e instanceof RuntimeException || e instanceof Error) {
      return JdkHandles.<RuntimeException>rethrow(e);
    }
    return new IllegalStateException(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Throwable> E rethrow(Throwable e) throws E {
    throw (E) e;
  }

  static Class<?> type(String name) {
    Class<?> type = typeIfThere(name);
    if (type == null) {
      throw new IllegalStateException("no class " + PACKAGE + name);
    }
    return type;
  }

  static MethodHandle method(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
    return find(in -> in.findVirtual(owner, name, methodType(result, parameters)), owner);
  }

  /** Null where the class has no such method. */
  static MethodHandle ifThere(
      Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
    try {
      return generic(
          MethodHandles.privateLookupIn(owner, OWN)
              .findVirtual(owner, name, methodType(result, parameters)));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Null where there is no such class. */
  static Class<?> typeIfThere(String name) {
    try {
      return Class.forName(PACKAGE + name, false, ClassLoader.getPlatformClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  static MethodHandle staticMethod(
      Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
    return find(in -> in.findStatic(owner, name, methodType(result, parameters)), owner);
  }

  static MethodHandle constructor(Class<?> owner, Class<?>... parameters) {
    return find(in -> in.findConstructor(owner, methodType(void.class, parameters)), owner);
  }

  static MethodHandle field(Class<?> owner, String name, Class<?> type) {
    return find(in -> in.findGetter(owner, name, type), owner);
  }

  static MethodHandle setter(Class<?> owner, String name, Class<?> type) {
    return find(in -> in.findSetter(owner, name, type), owner);
  }

  static MethodHandle find(Find find, Class<?> owner) {
    try {
      return generic(find.in(MethodHandles.privateLookupIn(owner, OWN)));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle generic(MethodHandle handle) {
    return handle.asType(handle.type().generic());
  }

  private interface Find {
    MethodHandle in(MethodHandles.Lookup lookup) throws ReflectiveOperationException;
  }
}
