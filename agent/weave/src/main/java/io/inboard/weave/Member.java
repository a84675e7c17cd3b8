// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A member of a library's class, as data: which one, and how many of them are expected. */
public sealed interface Member {
  /** A field by its name, whatever its type. */
  static Field field(String name) {
    return new Field(name, Optional.empty());
  }

  /** A field by its name and type, the erased class name. */
  static Field field(String name, String type) {
    return new Field(name, Optional.of(type));
  }

  /** The one method of this name, whatever its parameters. */
  static Method method(String name) {
    return new Method(name, Optional.empty(), -1, 1, 1);
  }

  /** The one method of this name with this number of parameters. */
  static Method method(String name, int parameters) {
    return new Method(name, Optional.empty(), parameters, 1, 1);
  }

  /** The one method of this name with these parameter types, by their erased class names. */
  static Method method(String name, String... parameterTypes) {
    return new Method(name, Optional.of(List.of(parameterTypes)), -1, 1, 1);
  }

  /** The one method of this name with these parameter types. */
  static Method method(String name, Class<?>... parameterTypes) {
    List<String> names = new ArrayList<>();
    for (Class<?> type : parameterTypes) {
      names.add(type.getName());
    }
    return new Method(name, Optional.of(names), -1, 1, 1);
  }

  /** All constructors, of which there is exactly one. */
  static Method constructor() {
    return method("<init>");
  }

  /**
   * A field.
   *
   * @param type its erased class name; empty: any
   */
  record Field(String name, Optional<String> type) implements Member {
    public Field {
      Objects.requireNonNull(name);
    }
  }

  /**
   * Methods that are declared with a body in the class itself.
   *
   * @param name the method's name; {@code <init>} for constructors
   * @param parameterTypes their erased class names; empty: any
   * @param parameterCount -1: any
   * @param atLeast how many methods must match
   * @param atMost how many may match
   */
  record Method(
      String name,
      Optional<List<String>> parameterTypes,
      int parameterCount,
      int atLeast,
      int atMost)
      implements Member {
    public Method {
      Objects.requireNonNull(name);
    }

    /** The same methods, of which exactly this many are expected. */
    public Method times(int expected) {
      return new Method(name, parameterTypes, parameterCount, expected, expected);
    }

    /** The same methods, of which there are none in some versions. */
    public Method whereItExists() {
      return new Method(name, parameterTypes, parameterCount, 0, atMost);
    }
  }
}
