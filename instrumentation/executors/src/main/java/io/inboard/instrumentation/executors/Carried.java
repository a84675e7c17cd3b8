// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Wraps functions so that they run in the context in which they were given. */
final class Carried {
  private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

  /** Of the hooks in the JDK's classes, whose stages know their context. */
  private static final ClassLoader OURS = Carried.class.getClassLoader();

  private Carried() {}

  /**
   * A function of one argument or none, of whatever shape, in the current context.
   *
   * @return the function itself if there is no context, or it is null
   */
  static Object one(Object function) {
    Context context = Inboard.contexts().current();
    return context == Context.NONE || function == null ? function : new One(function, context);
  }

  /**
   * As {@link #one}, but functions of the JDK itself (HttpClient's inner stages) carry nothing, nor
   * do those of our hooks in it.
   */
  static Object applicationsOne(Object function) {
    // In this order: one request of HttpClient makes dozens of the JDK's stages, and the loader of
    // a class costs less than the context of a thread.
    if (isJdks(function)) {
      return function;
    }
    Context context = Inboard.contexts().current();
    return context == Context.NONE ? function : new One(function, context);
  }

  /** A function of two arguments, unless it is the JDK's own. */
  static Object applicationsTwo(Object function) {
    if (isJdks(function)) {
      return function;
    }
    Context context = Inboard.contexts().current();
    return context == Context.NONE ? function : new Two(function, context);
  }

  private static boolean isJdks(Object function) {
    if (function == null) {
      return true;
    }
    ClassLoader loader = function.getClass().getClassLoader();
    return loader == null || loader == PLATFORM || loader == OURS;
  }

  /**
   * One class for many shapes: the place that takes it uses the one that it needs, and a function
   * may have several.
   */
  @SuppressWarnings("unchecked")
  private record One(Object function, Context context)
      implements Runnable,
          Callable<Object>,
          Supplier<Object>,
          Consumer<Object>,
          Function<Object, Object> {
    @Override
    public void run() {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        ((Runnable) function).run();
      }
    }

    @Override
    public Object call() throws Exception {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        return ((Callable<Object>) function).call();
      }
    }

    @Override
    public Object get() {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        return ((Supplier<Object>) function).get();
      }
    }

    @Override
    public void accept(Object value) {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        ((Consumer<Object>) function).accept(value);
      }
    }

    @Override
    public Object apply(Object value) {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        return ((Function<Object, Object>) function).apply(value);
      }
    }

    @Override
    public String toString() {
      return function.toString();
    }
  }

  /** See {@link One}; a class of its own, since the two families' {@code andThen} contradict. */
  @SuppressWarnings("unchecked")
  private record Two(Object function, Context context)
      implements BiConsumer<Object, Object>, BiFunction<Object, Object, Object> {
    @Override
    public void accept(Object one, Object other) {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        ((BiConsumer<Object, Object>) function).accept(one, other);
      }
    }

    @Override
    public Object apply(Object one, Object other) {
      try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
        return ((BiFunction<Object, Object, Object>) function).apply(one, other);
      }
    }

    @Override
    public String toString() {
      return function.toString();
    }
  }
}
