// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** One of the three methods that the JVM would make for a record; the results are the same. */
final class RecordMethod {
  private static final String OBJECTS = "java/util/Objects";
  private static final String BUILDER = "java/lang/StringBuilder";

  private final String method;
  private final String type;
  private final Type record;
  private final String[] names;
  private final Handle[] fields;

  /**
   * @param more of the site: the record, the names of its components, a getter for each
   */
  RecordMethod(String method, String type, Object... more) {
    this.method = method;
    this.type = type;
    this.record = (Type) more[0];
    this.names = ((String) more[1]).split(";");
    this.fields = new Handle[more.length - 2];
    System.arraycopy(more, 2, fields, 0, fields.length);
  }

  /** Of the static method in place of the site. */
  String name() {
    return "plain$" + method;
  }

  void write(ClassVisitor to) {
    MethodVisitor m =
        to.visitMethod(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
            name(),
            type,
            null,
            null);
    m.visitCode();
    switch (method) {
      case "equals" -> equalsTo(m);
      case "hashCode" -> hash(m);
      case "toString" -> text(m);
      default -> throw new IllegalArgumentException(method);
    }
    m.visitMaxs(6, 3);
    m.visitEnd();
  }

  private Type load(MethodVisitor m, int local, Handle field) {
    m.visitVarInsn(Opcodes.ALOAD, local);
    m.visitFieldInsn(Opcodes.GETFIELD, record.getInternalName(), field.getName(), field.getDesc());
    return Type.getType(field.getDesc());
  }

  private static boolean reference(Type type) {
    return type.getSort() >= Type.ARRAY;
  }

  private void equalsTo(MethodVisitor m) {
    Label another = new Label();
    Label ofUs = new Label();
    Label different = new Label();
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitJumpInsn(Opcodes.IF_ACMPNE, another);
    m.visitInsn(Opcodes.ICONST_1);
    m.visitInsn(Opcodes.IRETURN);
    m.visitLabel(another);
    m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitTypeInsn(Opcodes.INSTANCEOF, record.getInternalName());
    m.visitJumpInsn(Opcodes.IFNE, ofUs);
    m.visitInsn(Opcodes.ICONST_0);
    m.visitInsn(Opcodes.IRETURN);
    m.visitLabel(ofUs);
    m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitTypeInsn(Opcodes.CHECKCAST, record.getInternalName());
    m.visitVarInsn(Opcodes.ASTORE, 2);
    for (Handle field : fields) {
      load(m, 0, field);
      compare(m, load(m, 2, field), different);
    }
    m.visitInsn(Opcodes.ICONST_1);
    m.visitInsn(Opcodes.IRETURN);
    if (fields.length > 0) {
      m.visitLabel(different);
      m.visitFrame(Opcodes.F_APPEND, 1, new Object[] {record.getInternalName()}, 0, null);
      m.visitInsn(Opcodes.ICONST_0);
      m.visitInsn(Opcodes.IRETURN);
    }
  }

  private static void compare(MethodVisitor m, Type both, Label different) {
    switch (both.getSort()) {
      case Type.BOOLEAN, Type.CHAR, Type.BYTE, Type.SHORT, Type.INT ->
          m.visitJumpInsn(Opcodes.IF_ICMPNE, different);
      case Type.LONG -> {
        m.visitInsn(Opcodes.LCMP);
        m.visitJumpInsn(Opcodes.IFNE, different);
      }
      case Type.FLOAT, Type.DOUBLE -> {
        String type = "(" + both + both + ")I";
        m.visitMethodInsn(Opcodes.INVOKESTATIC, PlainTypes.box(both), "compare", type, false);
        m.visitJumpInsn(Opcodes.IFNE, different);
      }
      default -> {
        String type = "(Ljava/lang/Object;Ljava/lang/Object;)Z";
        m.visitMethodInsn(Opcodes.INVOKESTATIC, OBJECTS, "equals", type, false);
        m.visitJumpInsn(Opcodes.IFEQ, different);
      }
    }
  }

  private void hash(MethodVisitor m) {
    m.visitInsn(Opcodes.ICONST_0);
    for (Handle field : fields) {
      m.visitIntInsn(Opcodes.BIPUSH, 31);
      m.visitInsn(Opcodes.IMUL);
      Type of = load(m, 0, field);
      String owner = reference(of) ? OBJECTS : PlainTypes.box(of);
      String hashed = "(" + (reference(of) ? "Ljava/lang/Object;" : of) + ")I";
      m.visitMethodInsn(Opcodes.INVOKESTATIC, owner, "hashCode", hashed, false);
      m.visitInsn(Opcodes.IADD);
    }
    m.visitInsn(Opcodes.IRETURN);
  }

  private void text(MethodVisitor m) {
    m.visitTypeInsn(Opcodes.NEW, BUILDER);
    m.visitInsn(Opcodes.DUP);
    m.visitMethodInsn(Opcodes.INVOKESPECIAL, BUILDER, "<init>", "()V", false);
    m.visitLdcInsn(record);
    m.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, "java/lang/Class", "getSimpleName", "()Ljava/lang/String;", false);
    append(m, Type.getType(String.class));
    for (int i = 0; i < fields.length; i++) {
      m.visitLdcInsn((i == 0 ? "[" : ", ") + names[i] + "=");
      append(m, Type.getType(String.class));
      append(m, load(m, 0, fields[i]));
    }
    m.visitLdcInsn(fields.length == 0 ? "[]" : "]");
    append(m, Type.getType(String.class));
    m.visitMethodInsn(Opcodes.INVOKEVIRTUAL, BUILDER, "toString", "()Ljava/lang/String;", false);
    m.visitInsn(Opcodes.ARETURN);
  }

  private static void append(MethodVisitor m, Type what) {
    String argument =
        switch (what.getSort()) {
          case Type.BYTE, Type.SHORT -> "I";
          case Type.ARRAY, Type.OBJECT ->
              what.getInternalName().equals("java/lang/String")
                  ? "Ljava/lang/String;"
                  : "Ljava/lang/Object;";
          default -> what.getDescriptor();
        };
    m.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, BUILDER, "append", "(" + argument + ")L" + BUILDER + ";", false);
  }
}
