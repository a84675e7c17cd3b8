// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.TypePath;

/**
 * Passes on the body of a woven method: its local variables move up to make place for ours, and its
 * returns are handed to the weaver. Stack map frames, debug information and handlers follow.
 */
abstract class BodyVisitor extends MethodVisitor {
  final Locals locals;
  final OperandStack stack = new OperandStack();
  private final WovenMethod method;
  private boolean endsInExit;

  BodyVisitor(MethodVisitor next, WovenMethod method, Locals locals) {
    super(Opcodes.ASM9, next);
    this.method = method;
    this.locals = locals;
  }

  /** From here on returns become {@link #leave}. */
  final void ends() {
    endsInExit = true;
  }

  /**
   * In place of a return: its value lies on the stack.
   *
   * @param size the slots of the value
   */
  abstract void leave(int size);

  @Override
  public final void visitInsn(int opcode) {
    boolean isReturn = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
    if (isReturn && endsInExit) {
      leave(method.result.getSize());
    } else {
      stack.instruction(opcode);
      super.visitInsn(opcode);
    }
    if (isReturn || opcode == Opcodes.ATHROW) {
      stack.end();
    }
  }

  @Override
  public final void visitIntInsn(int opcode, int operand) {
    stack.instruction(opcode);
    super.visitIntInsn(opcode, operand);
  }

  @Override
  public final void visitVarInsn(int opcode, int slot) {
    if (opcode == Opcodes.RET) {
      throw new Unweavable(method + " has subroutines, which no stack map can describe");
    }
    if (opcode >= Opcodes.ISTORE) {
      checkStore(opcode, slot);
    }
    stack.instruction(opcode);
    super.visitVarInsn(opcode, locals.shifted(slot));
  }

  private void checkStore(int opcode, int slot) {
    boolean isWide = opcode == Opcodes.LSTORE || opcode == Opcodes.DSTORE;
    if (isWide && slot == method.slots - 1) {
      throw new Unweavable(method + ": a variable takes the place of its last parameter");
    }
    if (slot == 0 && !method.isStatic && endsInExit) {
      throw new Unweavable(method + ": a variable takes the place of this");
    }
  }

  @Override
  public final void visitIincInsn(int slot, int increment) {
    stack.instruction(Opcodes.IINC);
    super.visitIincInsn(locals.shifted(slot), increment);
  }

  @Override
  public final void visitTypeInsn(int opcode, String type) {
    stack.instruction(opcode);
    super.visitTypeInsn(opcode, type);
  }

  @Override
  public final void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
    stack.field(opcode, descriptor);
    super.visitFieldInsn(opcode, owner, name, descriptor);
  }

  @Override
  public final void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    stack.call(opcode != Opcodes.INVOKESTATIC, descriptor);
    super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
  }

  @Override
  public final void visitInvokeDynamicInsn(
      String name, String descriptor, Handle bootstrap, Object... arguments) {
    stack.call(false, descriptor);
    super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
  }

  @Override
  public final void visitJumpInsn(int opcode, Label label) {
    if (opcode == Opcodes.JSR) {
      throw new Unweavable(method + " has subroutines, which no stack map can describe");
    }
    stack.instruction(opcode);
    stack.jump(label);
    if (opcode == Opcodes.GOTO) {
      stack.end();
    }
    super.visitJumpInsn(opcode, label);
  }

  @Override
  public final void visitLabel(Label label) {
    stack.label(label);
    super.visitLabel(label);
  }

  @Override
  public final void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
    stack.handler(handler);
    super.visitTryCatchBlock(start, end, handler, type);
  }

  @Override
  public final void visitLdcInsn(Object value) {
    stack.constant(value);
    super.visitLdcInsn(value);
  }

  @Override
  public final void visitTableSwitchInsn(int min, int max, Label other, Label... labels) {
    stack.instruction(Opcodes.TABLESWITCH);
    chooses(other, labels);
    super.visitTableSwitchInsn(min, max, other, labels);
  }

  @Override
  public final void visitLookupSwitchInsn(Label other, int[] keys, Label[] labels) {
    stack.instruction(Opcodes.LOOKUPSWITCH);
    chooses(other, labels);
    super.visitLookupSwitchInsn(other, keys, labels);
  }

  private void chooses(Label other, Label[] labels) {
    stack.jump(other);
    for (Label label : labels) {
      stack.jump(label);
    }
    stack.end();
  }

  @Override
  public final void visitMultiANewArrayInsn(String descriptor, int dimensions) {
    stack.multiArray(dimensions);
    super.visitMultiANewArrayInsn(descriptor, dimensions);
  }

  @Override
  public final void visitFrame(
      int type, int localCount, Object[] local, int stackCount, Object[] operands) {
    stack.frame(stackCount, operands);
    Object[] types = locals.frame(localCount, local);
    super.visitFrame(type, types.length, types, stackCount, operands);
  }

  @Override
  public final void visitLocalVariable(
      String name, String descriptor, String signature, Label start, Label end, int index) {
    super.visitLocalVariable(name, descriptor, signature, start, end, locals.shifted(index));
  }

  @Override
  public final AnnotationVisitor visitLocalVariableAnnotation(
      int typeRef,
      TypePath path,
      Label[] start,
      Label[] end,
      int[] index,
      String descriptor,
      boolean visible) {
    int[] shifted = new int[index.length];
    for (int i = 0; i < index.length; i++) {
      shifted[i] = locals.shifted(index[i]);
    }
    return super.visitLocalVariableAnnotation(
        typeRef, path, start, end, shifted, descriptor, visible);
  }
}
