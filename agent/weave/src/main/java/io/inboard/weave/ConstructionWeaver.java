// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Inside one method, calls the advice instead of the constructors of a class. The new object is
 * taken off the stack below the constructor's arguments and never initialized: straight-line code,
 * so that no frame changes.
 */
final class ConstructionWeaver extends MethodVisitor {
  private final WovenMethod method;
  private final String advice;
  private final AdviceMethod construct;

  /** The internal name of the class. */
  private final String constructed;

  private boolean needsThis;

  ConstructionWeaver(MethodVisitor next, WovenMethod method, AdviceFile advice) {
    super(Opcodes.ASM9, next);
    if (advice.construct == null || method.isConstructor()) {
      throw new Unweavable(advice.className + " constructs nothing in " + method);
    }
    this.method = method;
    this.advice = advice.className;
    this.construct = advice.construct;
    this.constructed = Type.getReturnType(construct.descriptor()).getInternalName();
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    if (!owner.equals(constructed) || !name.equals("<init>")) {
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      return;
    }
    checkParameters(descriptor);
    // Below the arguments lies the new object, twice: "new" and "dup".
    switch ((Type.getArgumentsAndReturnSizes(descriptor) >> 2) - 1) {
      case 0 -> mv.visitInsn(Opcodes.POP2);
      case 1 -> {
        mv.visitInsn(Opcodes.DUP_X2);
        mv.visitInsn(Opcodes.POP);
        mv.visitInsn(Opcodes.POP2);
      }
      case 2 -> {
        mv.visitInsn(Opcodes.DUP2_X2);
        mv.visitInsn(Opcodes.POP2);
        mv.visitInsn(Opcodes.POP2);
      }
      default -> throw new Unweavable(method + " constructs " + owner + " with too many arguments");
    }
    if (needsThis) {
      mv.visitVarInsn(Opcodes.ALOAD, 0);
    }
    mv.visitInvokeDynamicInsn(
        construct.name(), construct.descriptor(), ClassWeaver.BOOTSTRAP, advice);
  }

  /** The advice takes the constructor's arguments, all and as they are, then the object. */
  private void checkParameters(String descriptor) {
    Type[] given = Type.getArgumentTypes(descriptor);
    Type[] wanted = Type.getArgumentTypes(construct.descriptor());
    needsThis = wanted.length == given.length + 1;
    boolean fits = needsThis || wanted.length == given.length;
    for (int i = 0; fits && i < given.length; i++) {
      AdviceMethod.Source source = construct.sources().get(i);
      fits =
          source.from() == AdviceMethod.From.ARGUMENT
              && source.argument() == i
              && wanted[i].equals(given[i]);
    }
    if (fits && needsThis) {
      fits =
          construct.sources().get(given.length).from() == AdviceMethod.From.THIS
              && !method.isStatic
              && (wanted[given.length].equals(Conversions.OBJECT)
                  || wanted[given.length].getInternalName().equals(method.owner));
    }
    if (!fits) {
      throw new Unweavable(method + " constructs with " + descriptor + ", which does not fit");
    }
  }

  @Override
  public void visitMaxs(int maxStack, int maxLocals) {
    super.visitMaxs(maxStack + 2, maxLocals);
  }
}
