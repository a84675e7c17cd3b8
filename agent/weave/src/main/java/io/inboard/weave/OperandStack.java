// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What lies on the operand stack at each instruction of a method, as slots: a return leaves behind
 * whatever is below its value, and a jump in place of it must not. Java compilers leave nothing;
 * Kotlin's {@code f(x ?: return)} does.
 *
 * <p>Follows the code in its order. After a jump that is always taken, the next frame says it; but
 * the JVM keeps no frames of classes that it does not verify, which is its own, so that what is
 * retransformed may have none: then the jumps to the next label say it.
 */
final class OperandStack {
  private static final String NOT_FOLLOWED = "the operand stack of its code cannot be followed";

  private static final char ONE = '1';

  /** The two slots of a long or double. */
  private static final char LOW = 'l';

  private static final char HIGH = 'h';

  /**
   * For each opcode the slots that it takes, then those that it puts; a dot for those that depend
   * on more than the opcode.
   */
  private static final String EFFECTS =
      // nop, constants, bipush, sipush
      "00"
          + "01010101010101010202010101020201"
          + "01"
          // ldc and its wide forms
          + "......"
          // xload and its short forms
          + "0102010201"
          + "........................................"
          // xaload
          + "2122212221212121"
          // xstore and its short forms
          + "1020102010"
          + "........................................"
          // xastore
          + "3040304030303030"
          // pop, pop2, dup..swap
          + "1020"
          + "............"
          + ".."
          // add, sub, mul, div, rem; neg
          + "21422142"
          + "21422142"
          + "21422142"
          + "21422142"
          + "21422142"
          + "11221122"
          // shl, shr, ushr; and, or, xor
          + "213221322132"
          + "214221422142"
          // iinc; conversions
          + "00"
          + "121112"
          + "212221"
          + "111212"
          + "212221"
          + "111111"
          // lcmp, fcmpl, fcmpg, dcmpl, dcmpg
          + "4121214141"
          // ifxx, if_icmpxx, if_acmpxx
          + "101010101010"
          + "202020202020"
          + "2020"
          // goto, jsr, ret, tableswitch, lookupswitch
          + "00"
          + "...."
          + "1010"
          // xreturn, return
          + "102010201000"
          // fields, calls
          + "........"
          + ".........."
          // new, newarray, anewarray, arraylength, athrow, checkcast, instanceof
          + "01111111"
          + "10"
          + "1111"
          // monitorenter, monitorexit
          + "1010"
          // wide, multianewarray, ifnull, ifnonnull
          + "...."
          + "1010";

  private final StringBuilder slots = new StringBuilder();

  /** The stack at each label that is known. */
  private final Map<Label, String> atLabels = new HashMap<>();

  /** The labels of the next instruction. */
  private final List<Label> here = new ArrayList<>(2);

  private boolean isReached = true;
  private boolean hasFrames;

  /** An exception is all that a handler finds. */
  void handler(Label label) {
    atLabels.put(label, String.valueOf(ONE));
  }

  void label(Label label) {
    String known = atLabels.get(label);
    if (!isReached) {
      // Only later jumps lead here if nothing is known: those of a loop, whose stack is empty.
      slots.setLength(0);
      slots.append(known == null ? "" : known);
      isReached = true;
    }
    here.add(label);
    agree(label);
  }

  /** The instruction jumps to the label, perhaps. */
  void jump(Label label) {
    agree(label);
  }

  /** The next instruction is not reached from this one. */
  void end() {
    here.clear();
    isReached = false;
  }

  private void agree(Label label) {
    String now = slots.toString();
    String known = atLabels.put(label, now);
    if (known != null && !known.equals(now)) {
      throw new Unweavable(NOT_FOLLOWED);
    }
  }

  /** An instruction whose effect is known from its opcode. */
  void instruction(int opcode) {
    here.clear();
    switch (opcode) {
      case Opcodes.DUP -> copy(1, 0);
      case Opcodes.DUP_X1 -> copy(1, 1);
      case Opcodes.DUP_X2 -> copy(1, 2);
      case Opcodes.DUP2 -> copy(2, 0);
      case Opcodes.DUP2_X1 -> copy(2, 1);
      case Opcodes.DUP2_X2 -> copy(2, 2);
      case Opcodes.SWAP -> {
        copy(1, 1);
        pop(1);
      }
      default -> {
        pop(EFFECTS.charAt(2 * opcode) - '0');
        push(EFFECTS.charAt(2 * opcode + 1) - '0');
      }
    }
  }

  void constant(Object value) {
    here.clear();
    boolean wide =
        value instanceof Long
            || value instanceof Double
            || (value instanceof ConstantDynamic dynamic && dynamic.getSize() == 2);
    push(wide ? 2 : 1);
  }

  void field(int opcode, String descriptor) {
    here.clear();
    int size = Type.getType(descriptor).getSize();
    pop(opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD ? 1 : 0);
    if (opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC) {
      pop(size);
    } else {
      push(size);
    }
  }

  void call(boolean hasReceiver, String descriptor) {
    here.clear();
    int sizes = Type.getArgumentsAndReturnSizes(descriptor);
    pop((sizes >> 2) - (hasReceiver ? 0 : 1));
    push(sizes & 3);
  }

  void multiArray(int dimensions) {
    here.clear();
    pop(dimensions);
    push(1);
  }

  /** What a stack map frame says. */
  void frame(int count, Object[] types) {
    slots.setLength(0);
    for (int i = 0; i < count; i++) {
      push(types[i] == Opcodes.LONG || types[i] == Opcodes.DOUBLE ? 2 : 1);
    }
    for (Label label : here) {
      atLabels.put(label, slots.toString());
    }
    isReached = true;
    hasFrames = true;
  }

  /** Instructions that take away what is left below so many slots. */
  void drain(MethodVisitor code, int taken) {
    if (slots.length() > taken && !hasFrames) {
      // The JVM does not verify its own classes: a mistake here would crash it.
      throw new Unweavable(NOT_FOLLOWED);
    }
    for (int top = slots.length() - taken - 1; top >= 0; top--) {
      if (slots.charAt(top) == ONE) {
        code.visitInsn(Opcodes.POP);
      } else {
        code.visitInsn(Opcodes.POP2);
        top--;
      }
    }
  }

  private void push(int size) {
    if (size == 1) {
      slots.append(ONE);
    } else if (size == 2) {
      slots.append(LOW).append(HIGH);
    }
  }

  private void pop(int size) {
    if (size < 0 || size > slots.length()) {
      throw new Unweavable(NOT_FOLLOWED);
    }
    slots.setLength(slots.length() - size);
  }

  /** A copy of the upper slots, below so many others. */
  private void copy(int size, int below) {
    int at = slots.length() - size;
    if (at < below) {
      throw new Unweavable(NOT_FOLLOWED);
    }
    slots.insert(at - below, slots.substring(at));
  }
}
