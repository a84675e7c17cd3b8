// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.objectweb.asm.ClassReader;

/**
 * Loads and links the advice of a unit, and what of ours it refers to, before a woven class calls
 * it. Initializes nothing: neither our classes nor, by them, those of the application. Confined to
 * one thread.
 */
final class AdviceAhead {
  private static final String OURS = "io/inboard/";

  /** Its annotations, which class files name and nobody asks a loaded class for. */
  private static final String ANNOTATION = "io/inboard/weave/Advice$";

  private static final int CONSTANT_CLASS = 7;

  /** Where the class files are. */
  private final ClassLoader agentLoader = AdviceAhead.class.getClassLoader();

  private final ClassLoader loader;
  private final Set<String> seen = new HashSet<>();
  private final Deque<String> due = new ArrayDeque<>();

  /**
   * @param loader that of the advice
   */
  AdviceAhead(ClassLoader loader) {
    this.loader = loader;
  }

  /** How many classes were loaded and linked. */
  int load(Set<String> advices) {
    for (String advice : advices) {
      add(advice.replace('.', '/'));
    }
    int loaded = 0;
    while (!due.isEmpty()) {
      String name = due.poll();
      try {
        refersTo(name);
        link(Class.forName(name.replace('/', '.'), false, loader));
        loaded++;
      } catch (ClassNotFoundException | IOException | LinkageError | RuntimeException e) {
        // Of a version of the library that is not here, perhaps, or what the application's loader
        // throws; who needs it will be told.
      }
    }
    return loaded;
  }

  private void add(String internalName) {
    if (internalName.startsWith(OURS)
        && !internalName.startsWith(ANNOTATION)
        && seen.add(internalName)) {
      due.add(internalName);
    }
  }

  private void refersTo(String internalName) throws IOException {
    byte[] file = Relocation.file(internalName, each -> ClassFiles.read(agentLoader, each));
    if (file == null) {
      return;
    }
    ClassReader reader = new ClassReader(file);
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int at = reader.getItem(i);
      // Behind a long or a double there is an item that is none.
      if (at > 0 && reader.readByte(at - 1) == CONSTANT_CLASS) {
        add(reader.readUTF8(at, buffer));
      }
    }
  }

  /**
   * The JVM links a class before it tells its constructors, and does not initialize it for that.
   */
  private static void link(Class<?> type) {
    Objects.requireNonNull(type.getDeclaredConstructors());
  }
}
