// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Code for values of all types. */
final class Conversions {
  static final Type OBJECT = Type.getObjectType("java/lang/Object");
  static final Type THROWABLE = Type.getObjectType("java/lang/Throwable");

  private Conversions() {}

  static boolean isReference(Type type) {
    return type.getSort() >= Type.ARRAY;
  }

  /** Null, zero or false. */
  static void pushDefault(MethodVisitor code, Type type) {
    switch (type.getSort()) {
      case Type.VOID -> {}
      case Type.FLOAT -> code.visitInsn(Opcodes.FCONST_0);
      case Type.LONG -> code.visitInsn(Opcodes.LCONST_0);
      case Type.DOUBLE -> code.visitInsn(Opcodes.DCONST_0);
      case Type.ARRAY, Type.OBJECT -> code.visitInsn(Opcodes.ACONST_NULL);
      default -> code.visitInsn(Opcodes.ICONST_0);
    }
  }

  /** Takes the value, and jumps if it is null, zero or false. */
  static void jumpIfDefault(MethodVisitor code, Type type, Label target) {
    switch (type.getSort()) {
      case Type.ARRAY, Type.OBJECT -> code.visitJumpInsn(Opcodes.IFNULL, target);
      case Type.FLOAT -> compare(code, Opcodes.FCONST_0, Opcodes.FCMPL, target);
      case Type.LONG -> compare(code, Opcodes.LCONST_0, Opcodes.LCMP, target);
      case Type.DOUBLE -> compare(code, Opcodes.DCONST_0, Opcodes.DCMPL, target);
      default -> code.visitJumpInsn(Opcodes.IFEQ, target);
    }
  }

  private static void compare(MethodVisitor code, int zero, int comparison, Label target) {
    code.visitInsn(zero);
    code.visitInsn(comparison);
    code.visitJumpInsn(Opcodes.IFEQ, target);
  }

  /** What an advice returned becomes what the woven method holds. */
  static void convert(MethodVisitor code, Type from, Type to) {
    if (from.equals(to) || (to.equals(OBJECT) && isReference(from))) {
      return;
    }
    if (!isReference(from)) {
      throw new Unweavable(from.getClassName() + " does not become " + to.getClassName());
    }
    if (isReference(to)) {
      code.visitTypeInsn(Opcodes.CHECKCAST, to.getInternalName());
      return;
    }
    String box =
        switch (to.getSort()) {
          case Type.BOOLEAN -> "Boolean";
          case Type.CHAR -> "Character";
          case Type.BYTE -> "Byte";
          case Type.SHORT -> "Short";
          case Type.INT -> "Integer";
          case Type.FLOAT -> "Float";
          case Type.LONG -> "Long";
          case Type.DOUBLE -> "Double";
          default -> throw new Unweavable("an advice returns what its method does not");
        };
    String owner = "java/lang/" + box;
    code.visitTypeInsn(Opcodes.CHECKCAST, owner);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        owner,
        to.getClassName() + "Value",
        "()" + to.getDescriptor(),
        false);
  }
}
