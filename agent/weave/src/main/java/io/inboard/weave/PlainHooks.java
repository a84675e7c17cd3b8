// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A step of the build: hooks say the names of their advice, in place of its classes. A class that
 * is named in code is loaded when the code is run, here by the agent's loader, and the one that a
 * woven class calls is another, loaded beside its library. Not part of the jar.
 */
final class PlainHooks {
  private static final String LIBRARY = Type.getInternalName(Library.class);
  private static final String BUILDER = Type.getInternalName(Unit.Builder.class);
  private static final String OURS = "io/inboard/";
  private static final String LAST = "Ljava/lang/Class;)";

  private PlainHooks() {}

  /** The class without such constants, if it is one of hooks; any other as it is. */
  static byte[] of(byte[] file) {
    ClassReader reader = new ClassReader(file);
    for (String each : reader.getInterfaces()) {
      if (each.equals(LIBRARY)) {
        ClassWriter writer = new ClassWriter(0);
        reader.accept(new Rewriter(writer), 0);
        return writer.toByteArray();
      }
    }
    return file;
  }

  private static final class Rewriter extends ClassVisitor {
    private String name = "";

    Rewriter(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visit(int v, int access, String n, String s, String superName, String[] i) {
      name = n;
      super.visit(v, access, n, s, superName, i);
    }

    @Override
    public MethodVisitor visitMethod(int access, String n, String d, String s, String[] e) {
      return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, n, d, s, e)) {
        private int constants;
        private int calls;

        @Override
        public void visitLdcInsn(Object value) {
          if (value instanceof Type type && type.getInternalName().startsWith(OURS)) {
            constants++;
            super.visitLdcInsn(type.getClassName());
          } else {
            super.visitLdcInsn(value);
          }
        }

        @Override
        public void visitMethodInsn(int op, String owner, String called, String type, boolean itf) {
          if (owner.equals(BUILDER) && type.contains(LAST)) {
            calls++;
            super.visitMethodInsn(
                op, owner, called, type.replace(LAST, "Ljava/lang/String;)"), itf);
          } else {
            super.visitMethodInsn(op, owner, called, type, itf);
          }
        }

        @Override
        public void visitEnd() {
          if (constants != calls) {
            throw new IllegalStateException(
                name + "#" + n + " names classes of ours otherwise than as advice of a hook");
          }
          super.visitEnd();
        }
      };
    }
  }
}
