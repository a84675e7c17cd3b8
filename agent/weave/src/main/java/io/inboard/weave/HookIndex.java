// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which units want which classes, by the internal name that the JVM gives; built once, then read.
 */
final class HookIndex {
  private final Map<String, List<UnitState>> byClass = new HashMap<>();
  private final Map<String, UnitState> byAdvice = new HashMap<>();
  private final Map<String, UnitState> byName = new LinkedHashMap<>();

  HookIndex(Iterable<Library> libraries) {
    for (Library library : libraries) {
      Unit unit = library.unit();
      UnitState state = new UnitState(unit);
      byName.put(unit.name(), state);
      add(state, unit.hooks());
      add(state, unit.guards());
    }
  }

  private void add(UnitState state, List<Unit.Hook> hooks) {
    for (Unit.Hook hook : hooks) {
      UnitState other = byAdvice.put(hook.advice(), state);
      if (other != null && other != state) {
        // Its errors could not be told apart.
        throw new IllegalArgumentException(
            hook.advice() + " belongs to " + other.unit().name() + " and " + state.unit().name());
      }
      for (String name : hook.classNames()) {
        List<UnitState> states =
            byClass.computeIfAbsent(name.replace('.', '/'), n -> new ArrayList<>(1));
        if (!states.contains(state)) {
          states.add(state);
        }
      }
    }
  }

  /** The units that want a class; null, the usual answer, if none does. */
  List<UnitState> wanting(String internalName) {
    return byClass.get(internalName);
  }

  UnitState ofAdvice(String adviceClass) {
    return byAdvice.get(adviceClass);
  }

  Collection<UnitState> units() {
    return byName.values();
  }
}
