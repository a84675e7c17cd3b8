// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The hooked classes of libraries that an application has begun to use: of whose package something
 * is loaded. (Not those of the boot loader: everybody uses its packages.)
 */
final class LibrariesInUse {
  private LibrariesInUse() {}

  /** A hooked class, where a class of the same package is. */
  record Hooked(String className, ClassLoader loader) {}

  static List<Hooked> of(Instrumentation instrumentation, HookIndex index) {
    Map<String, Set<String>> byPackage = new HashMap<>();
    for (String internalName : index.classNames()) {
      String name = internalName.replace('/', '.');
      String packageName = name.substring(0, Math.max(0, name.lastIndexOf('.')));
      byPackage.computeIfAbsent(packageName, p -> new TreeSet<>()).add(name);
    }
    Set<Hooked> seen = new LinkedHashSet<>();
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      ClassLoader loader = loaded.getClassLoader();
      Set<String> hooked = loader == null ? null : byPackage.get(loaded.getPackageName());
      if (hooked != null) {
        hooked.forEach(name -> seen.add(new Hooked(name, loader)));
      }
    }
    return new ArrayList<>(seen);
  }
}
