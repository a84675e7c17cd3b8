// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Class files of Java 6 (version 50), which Netty 4.1 ships: they have the frames that Java 7 asks
 * for, though Java 6 can do without. Where they are complete the class is one of Java 7, too (JVMS
 * 4.10), which knows invokedynamic.
 */
final class JavaSix extends ClassVisitor {
  private boolean complete = true;

  private JavaSix() {
    super(Opcodes.ASM9);
  }

  /** Whether the JVM takes the class file as one of Java 7. */
  static boolean isJavaSeven(ClassReader reader) {
    JavaSix look = new JavaSix();
    reader.accept(look, ClassReader.SKIP_DEBUG);
    return look.complete;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String name, String descriptor, String signature, String[] thrown) {
    return new Body();
  }

  private final class Body extends MethodVisitor {
    private boolean branches;
    private boolean frames;

    Body() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitFrame(int type, int locals, Object[] local, int depth, Object[] stack) {
      frames = true;
    }

    @Override
    public void visitJumpInsn(int opcode, Label to) {
      branches = true;
      complete &= opcode != Opcodes.JSR;
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... to) {
      branches = true;
    }

    @Override
    public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] to) {
      branches = true;
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
      branches = true;
    }

    @Override
    public void visitEnd() {
      complete &= frames || !branches;
    }
  }
}
