// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The local variables of a woven method: those of its parameters stay where they are, ours come
 * next, and those of the body move up.
 */
final class Locals {
  private final WovenMethod method;
  private final List<Local> ours = new ArrayList<>(6);
  private int next;

  Locals(WovenMethod method) {
    this.method = method;
    this.next = method.slots;
  }

  /** One more of ours, before any code is seen. */
  Local add(Type type) {
    Local local = new Local(next, type);
    ours.add(local);
    next += type.getSize();
    return local;
  }

  /** How far the body's move. */
  int shift() {
    return next - method.slots;
  }

  /** Where the body's own variable is now. */
  int shifted(int slot) {
    return slot < method.slots ? slot : slot + shift();
  }

  /** A frame of our code before the body, or after it, when nobody knows its parameters. */
  Object[] frame(boolean beforeBody) {
    List<Object> types = new ArrayList<>();
    if (!method.isStatic) {
      types.add(method.owner);
    }
    for (int i = 0; i < method.arguments(); i++) {
      Type type = method.argument(i);
      if (beforeBody) {
        types.add(frameType(type));
      } else {
        unknown(types, type.getSize());
      }
    }
    addOurs(types);
    return types.toArray();
  }

  /** A frame of the body, with ours in it. */
  Object[] frame(int count, Object[] body) {
    List<Object> types = new ArrayList<>(count + ours.size());
    int slot = 0;
    int i = 0;
    while (slot < method.slots) {
      Object type = i < count ? body[i++] : Opcodes.TOP;
      types.add(type);
      slot += type == Opcodes.LONG || type == Opcodes.DOUBLE ? 2 : 1;
    }
    if (slot > method.slots) {
      throw new Unweavable(method + ": a variable takes the place of its last parameter");
    }
    addOurs(types);
    while (i < count) {
      types.add(body[i++]);
    }
    return types.toArray();
  }

  private void addOurs(List<Object> types) {
    for (Local local : ours) {
      if (local.isSet) {
        types.add(frameType(local.type));
      } else {
        unknown(types, local.type.getSize());
      }
    }
  }

  private static void unknown(List<Object> types, int slots) {
    for (int i = 0; i < slots; i++) {
      types.add(Opcodes.TOP);
    }
  }

  private static Object frameType(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN, Type.CHAR, Type.BYTE, Type.SHORT, Type.INT -> Opcodes.INTEGER;
      case Type.FLOAT -> Opcodes.FLOAT;
      case Type.LONG -> Opcodes.LONG;
      case Type.DOUBLE -> Opcodes.DOUBLE;
      default -> type.getInternalName();
    };
  }

  /** A variable of ours; in frames from the moment that it has a value. */
  static final class Local {
    final int slot;
    final Type type;
    boolean isSet;

    private Local(int slot, Type type) {
      this.slot = slot;
      this.type = type;
    }
  }
}
