// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Which units want which classes, by the internal name that the JVM gives; built once, then read.
 *
 * <p>The packaged agent carries it as a file, a line for each class: which classes are hooked is
 * known without loading the libraries' hooks, which costs some 80 classes before main.
 */
public final class HookIndex {
  private static final String FILE = "hooks.index";

  private final Map<String, List<UnitState>> byClass = new HashMap<>();
  private final Map<String, UnitState> byName = new LinkedHashMap<>();

  private HookIndex() {}

  /** The index of these libraries. */
  public static HookIndex of(Iterable<Library> libraries) {
    HookIndex index = new HookIndex();
    for (Library library : libraries) {
      Unit unit = library.unit();
      UnitState state = new UnitState(unit.name(), () -> unit);
      index.byName.put(unit.name(), state);
      unit.classNames().forEach(name -> index.add(name, state));
    }
    index.refuseSharedAdvice();
    return index;
  }

  /** The index in the agent's jar; without one, that of the libraries which the loader finds. */
  public static HookIndex packaged(ClassLoader loader) {
    try (InputStream file = loader.getResourceAsStream(FILE)) {
      return file == null ? of(ServiceLoader.load(Library.class, loader)) : read(file, loader);
    } catch (IOException e) {
      throw new IllegalStateException("the agent's jar cannot be read: " + e, e);
    }
  }

  private static HookIndex read(InputStream file, ClassLoader loader) throws IOException {
    HookIndex index = new HookIndex();
    BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int first = line.indexOf(' ');
      int second = line.indexOf(' ', first + 1);
      String unit = line.substring(0, first);
      String library = line.substring(first + 1, second);
      UnitState state = index.byName.get(unit);
      if (state == null) {
        state = new UnitState(unit, new LazyUnit(library, loader));
        index.byName.put(unit, state);
      }
      index.add(line.substring(second + 1), state);
    }
    return index;
  }

  /**
   * Writes the file: one line {@code UNIT LIBRARY CLASS} for each class. Run while the agent's jar
   * is packaged.
   */
  public static void main(String[] arguments) throws IOException {
    List<Library> libraries = new ArrayList<>();
    ServiceLoader.load(Library.class).forEach(libraries::add);
    of(libraries); // Refuses what does not fit together.
    try (PrintStream out = new PrintStream(arguments[0], StandardCharsets.UTF_8)) {
      for (Library library : libraries) {
        Unit unit = library.unit();
        for (String name : unit.classNames()) {
          out.print(unit.name() + ' ' + library.getClass().getName() + ' ' + name + '\n');
        }
      }
    }
  }

  private void add(String className, UnitState state) {
    List<UnitState> states = byClass.get(className.replace('.', '/'));
    if (states == null) {
      states = new ArrayList<>(1);
      byClass.put(className.replace('.', '/'), states);
    }
    states.add(state);
  }

  /** The errors of an advice that two units share could not be told apart. */
  private void refuseSharedAdvice() {
    Map<String, String> owners = new HashMap<>();
    for (UnitState state : byName.values()) {
      for (String advice : state.unit().advices()) {
        String other = owners.put(advice, state.name());
        if (other != null) {
          throw new IllegalArgumentException(
              advice + " belongs to " + other + " and " + state.name());
        }
      }
    }
  }

  /** The units that want a class; null, the usual answer, if none does. */
  List<UnitState> wanting(String internalName) {
    return byClass.get(internalName);
  }

  /** The classes that any unit wants, by their internal names. */
  Set<String> classNames() {
    return byClass.keySet();
  }

  /** The unit of an advice that is being linked; null if none is known. */
  UnitState ofAdvice(String adviceClass) {
    for (UnitState state : byName.values()) {
      if (state.isLoaded() && state.unit().advices().contains(adviceClass)) {
        return state;
      }
    }
    return null;
  }

  /** An error of a unit's hooks; of one that is not known, nothing. */
  void countError(String unit) {
    UnitState state = byName.get(unit);
    if (state != null) {
      state.countError();
    }
  }

  Collection<UnitState> units() {
    return byName.values();
  }
}
