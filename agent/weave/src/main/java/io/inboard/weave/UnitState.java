// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What is known of one unit: whether it fits each class loader's version of the library. Guarded by
 * itself; entered only when a class that is hooked gets loaded, never on a request's way.
 */
final class UnitState {
  /** Stands for the boot loader, which is null and outlives everything. */
  private static final Object BOOT = new Object();

  private final String name;
  private final Supplier<Unit> source;
  private final LongAdder errors = new LongAdder();

  /** By class loader, weakly: an undeployed application takes its entry with it. */
  private final Map<Object, Fit> fits = new WeakHashMap<>();

  /** Null until the first class of it is loaded. Written under this object's monitor. */
  private volatile Unit unit;

  UnitState(String name, Supplier<Unit> source) {
    this.name = name;
    this.source = source;
  }

  String name() {
    return name;
  }

  Unit unit() {
    Unit known = unit;
    return known != null ? known : load();
  }

  private synchronized Unit load() {
    if (unit == null) {
      unit = source.get();
    }
    return unit;
  }

  boolean isLoaded() {
    return unit != null;
  }

  void countError() {
    errors.increment();
  }

  /**
   * Whether the unit fits a loader's library: asked for its first class, remembered for the rest.
   */
  synchronized Fit fit(ClassLoader loader, String library, FitCheck check, WeaveListener listener) {
    Fit known = fits.get(key(loader));
    if (known != null) {
      return known;
    }
    String misfit = check.misfit(unit());
    Fit fit = new Fit(library, misfit, new ArrayList<>(), new ArrayList<>());
    fits.put(key(loader), fit);
    if (misfit.isEmpty()) {
      listener.applied(name, library);
    } else {
      listener.misfit(name, library, misfit);
    }
    return fit;
  }

  synchronized void woven(ClassLoader loader, String className) {
    Fit fit = fits.get(key(loader));
    if (fit != null && !fit.classes.contains(className)) {
      fit.classes.add(className);
    }
  }

  /** One of its classes could not be woven: the unit is incomplete for this loader. */
  synchronized void unwoven(ClassLoader loader, String className) {
    Fit fit = fits.get(key(loader));
    if (fit != null) {
      fit.unwoven.add(className);
    }
  }

  /** Those with classes that call its advice; null in it is the boot loader. */
  synchronized List<ClassLoader> wovenLoaders() {
    List<ClassLoader> loaders = new ArrayList<>();
    fits.forEach(
        (loader, fit) -> {
          if (fit.fits() && !fit.classes.isEmpty()) {
            loaders.add(loader == BOOT ? null : (ClassLoader) loader);
          }
        });
    return loaders;
  }

  /**
   * Whether a class opens sockets of the library, and the library has all its hooks: where the
   * class lives, or where what it sees of the library does (a container may load its own classes
   * apart from the library's).
   */
  boolean opensSockets(Class<?> type) {
    Unit known = unit;
    if (known == null || !known.sockets().contains(type.getName())) {
      return false;
    }
    ClassLoader own = type.getClassLoader();
    return hasAllHooks(own) || (own != null && hasAllHooks(libraryOf(known, own)));
  }

  private synchronized boolean hasAllHooks(ClassLoader loader) {
    Fit fit = fits.get(key(loader));
    return fit != null && fit.fits() && fit.unwoven.isEmpty() && !fit.classes.isEmpty();
  }

  /** Who loads the library for classes of that loader. Not under the monitor: it may load. */
  private static ClassLoader libraryOf(Unit unit, ClassLoader seenFrom) {
    for (String className : unit.classNames()) {
      try {
        return Class.forName(className, false, seenFrom).getClassLoader();
      } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
        // Of another version, or not seen from there.
      }
    }
    return seenFrom;
  }

  synchronized UnitReport report() {
    List<UnitReport.LibraryReport> libraries = new ArrayList<>();
    for (Fit fit : fits.values()) {
      libraries.add(new UnitReport.LibraryReport(fit.library, fit.fits(), fit.misfit, fit.classes));
    }
    return new UnitReport(name, errors.sum(), libraries);
  }

  private static Object key(ClassLoader loader) {
    return loader == null ? BOOT : loader;
  }

  /** Says why a unit does not fit; empty if it does. */
  @FunctionalInterface
  interface FitCheck {
    String misfit(Unit unit);
  }

  /**
   * @param classes woven so far; guarded by the state that holds this
   * @param unwoven those that could not be; guarded likewise
   */
  record Fit(String library, String misfit, List<String> classes, List<String> unwoven) {
    boolean fits() {
      return misfit.isEmpty();
    }
  }
}
