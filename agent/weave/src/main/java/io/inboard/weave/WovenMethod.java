// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The method that an advice meets. */
final class WovenMethod {
  /** The internal name of its class. */
  final String owner;

  final String name;
  final Type result;
  final boolean isStatic;

  /** How many local variables {@code this} and the parameters take. */
  final int slots;

  private final Type[] arguments;

  WovenMethod(String owner, int access, String name, String descriptor) {
    this.owner = owner;
    this.name = name;
    this.result = Type.getReturnType(descriptor);
    this.isStatic = (access & Opcodes.ACC_STATIC) != 0;
    this.arguments = Type.getArgumentTypes(descriptor);
    this.slots = slot(arguments.length);
  }

  boolean isConstructor() {
    return name.equals("<init>");
  }

  int arguments() {
    return arguments.length;
  }

  Type argument(int index) {
    return arguments[index];
  }

  /** The local variable of a parameter. */
  int slot(int index) {
    int slot = isStatic ? 0 : 1;
    for (int i = 0; i < index; i++) {
      slot += arguments[i].getSize();
    }
    return slot;
  }

  /** The index of a parameter that may be counted from the last. */
  int index(int argument) {
    int index = argument < 0 ? arguments.length + argument : argument;
    if (index < 0 || index >= arguments.length) {
      throw new Unweavable(this + " has no argument " + argument);
    }
    return index;
  }

  @Override
  public String toString() {
    return owner.replace('/', '.') + "." + name;
  }
}
