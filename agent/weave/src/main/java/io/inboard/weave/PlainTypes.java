// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Conversions between what an interface of a lambda says and what its body does. */
final class PlainTypes {
  private PlainTypes() {}

  /** Converts what is on the stack as the JVM does for a lambda: casts, boxes, widens, drops. */
  static void convert(MethodVisitor m, Type from, Type to) {
    if (from.equals(to)) {
      return;
    }
    if (to.getSort() == Type.VOID) {
      m.visitInsn(from.getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
    } else if (primitive(from) && primitive(to)) {
      widen(m, from, to);
    } else if (primitive(from)) {
      String box = box(from);
      String type = "(" + from + ")L" + box + ";";
      m.visitMethodInsn(Opcodes.INVOKESTATIC, box, "valueOf", type, false);
    } else if (primitive(to)) {
      Type unboxed = unboxed(from, to);
      String box = box(unboxed);
      if (!from.getInternalName().equals(box)) {
        m.visitTypeInsn(Opcodes.CHECKCAST, box);
      }
      String method = unboxed.getClassName() + "Value";
      m.visitMethodInsn(Opcodes.INVOKEVIRTUAL, box, method, "()" + unboxed, false);
      widen(m, unboxed, to);
    } else if (!to.getInternalName().equals("java/lang/Object")) {
      m.visitTypeInsn(Opcodes.CHECKCAST, to.getInternalName());
    }
  }

  /** Whether the box of one primitive type is given where another one is wanted. */
  static boolean widensBoxed(Type given, Type wanted) {
    return !primitive(given) && primitive(wanted) && !given.getInternalName().equals(box(wanted));
  }

  private static boolean primitive(Type type) {
    return type.getSort() < Type.ARRAY;
  }

  /** An Integer may be asked for a long. */
  private static Type unboxed(Type from, Type to) {
    for (String each : new String[] {"Z", "C", "B", "S", "I", "F", "J", "D"}) {
      if (from.getInternalName().equals(box(Type.getType(each)))) {
        return Type.getType(each);
      }
    }
    return to;
  }

  private static void widen(MethodVisitor m, Type from, Type to) {
    String both = from.getDescriptor().replaceAll("[CBS]", "I") + to.getDescriptor();
    switch (both) {
      case "IJ" -> m.visitInsn(Opcodes.I2L);
      case "IF" -> m.visitInsn(Opcodes.I2F);
      case "ID" -> m.visitInsn(Opcodes.I2D);
      case "JF" -> m.visitInsn(Opcodes.L2F);
      case "JD" -> m.visitInsn(Opcodes.L2D);
      case "FD" -> m.visitInsn(Opcodes.F2D);
      case "II", "IS" -> {}
      default -> {
        if (!from.equals(to)) {
          throw new IllegalArgumentException(from + " is no " + to);
        }
      }
    }
  }

  /** The class of a primitive type's boxes. */
  static String box(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.CHAR -> "java/lang/Character";
      case Type.BYTE -> "java/lang/Byte";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.FLOAT -> "java/lang/Float";
      case Type.LONG -> "java/lang/Long";
      case Type.DOUBLE -> "java/lang/Double";
      default -> throw new IllegalArgumentException(type + " has no boxes");
    };
  }
}
