// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Weaves one advice around one method. What becomes of it, in Java:
 *
 * <pre>
 *   R method(..) {
 *     E entered; try { entered = enter(..) } catch (Throwable e) { entered = failedEnter(e, ..) }
 *     arguments = entered;                       // ToArgument
 *     R result = null; Throwable thrown = null;
 *     if (!skips(entered))                       // skipOn
 *       try { result = BODY } catch (Throwable e) { thrown = e }     // onThrowable
 *     X x; try { x = exit(..) } catch (Throwable e) { x = failedExit(e, ..) }
 *     result = x; thrown = x;                    // ToReturned, ToThrown
 *     if (thrown != null) throw thrown;
 *     return result;
 *   }
 * </pre>
 *
 * The calls are {@code invokedynamic}, linked by {@link Linker}. That no exception of ours passes
 * is written into the method rather than into method handles: those would cost classes made at run
 * time for each shape of advice.
 */
final class AroundWeaver extends BodyVisitor {
  private static final Object[] NONE = {};
  private static final Object[] ONE_THROWABLE = {"java/lang/Throwable"};

  private final WovenMethod method;
  private final ClassFiles files;
  private final String advice;
  private final AdviceMethod enter;
  private final AdviceMethod exit;

  // Variables of ours; null where the advice needs none.
  private Locals.Local entered;
  private Locals.Local result;
  private Locals.Local thrown;
  private Locals.Local exited;

  /** Arguments as enter left them, for exit; by their index. */
  private final Map<Integer, Locals.Local> kept = new HashMap<>();

  /** Handlers of our calls: start, end, handler. */
  private final List<Label[]> barriers = new ArrayList<>(2);

  private final Label bodyStart = new Label();
  private final Label afterwards = new Label();
  private int stackNeeded = 4;

  AroundWeaver(MethodVisitor next, WovenMethod method, AdviceFile advice, ClassFiles files) {
    super(next, method, new Locals(method));
    this.method = method;
    this.files = files;
    this.advice = advice.className;
    this.enter = advice.enter;
    this.exit = advice.exit;
    advice.checkAround(method);
    declare();
  }

  private void declare() {
    if (enter != null && isUsed(enter)) {
      entered = locals.add(Type.getReturnType(enter.descriptor()));
    }
    if (exit == null) {
      return;
    }
    for (AdviceMethod.Source source : exit.sources()) {
      if (source.from() == AdviceMethod.From.ARGUMENT) {
        int index = method.index(source.argument());
        if (!kept.containsKey(index)) {
          kept.put(index, locals.add(method.argument(index)));
        }
      }
    }
    if (method.result != Type.VOID_TYPE) {
      result = locals.add(method.result);
    }
    if (exit.onThrowable()) {
      thrown = locals.add(Conversions.THROWABLE);
    }
    if (!exit.assignments().isEmpty()) {
      exited = locals.add(Type.getReturnType(exit.descriptor()));
    }
  }

  private boolean isUsed(AdviceMethod enter) {
    return enter.skips()
        || !enter.assignments().isEmpty()
        || (exit != null && exit.wants(AdviceMethod.From.ENTER));
  }

  // Before the body.

  @Override
  public void visitCode() {
    super.visitCode();
    if (enter != null) {
      call(enter, entered, true);
      assign(enter, entered, true);
    }
    for (Map.Entry<Integer, Locals.Local> each : kept.entrySet()) {
      Type type = each.getValue().type;
      mv.visitVarInsn(type.getOpcode(Opcodes.ILOAD), method.slot(each.getKey()));
      store(each.getValue());
    }
    if (enter != null && enter.skips()) {
      skip();
    }
    if (enter != null) {
      // The body may begin with a frame of its own, and there may be one only at each place.
      mv.visitInsn(Opcodes.NOP);
    }
    mv.visitLabel(bodyStart);
    if (exit != null) {
      ends();
    }
  }

  private void skip() {
    Label body = new Label();
    load(entered);
    if (enter.skipOn().equals(AdviceMethod.NON_DEFAULT)) {
      Conversions.jumpIfDefault(mv, entered.type, body);
    } else {
      mv.visitTypeInsn(Opcodes.INSTANCEOF, enter.skipOn());
      mv.visitJumpInsn(Opcodes.IFEQ, body);
    }
    Conversions.pushDefault(mv, method.result);
    if (exit == null) {
      mv.visitInsn(method.result.getOpcode(Opcodes.IRETURN));
    } else {
      finish();
    }
    mv.visitLabel(body);
    frame(true, NONE);
  }

  // After the body.

  /** In place of a return: to exit, with nothing on the stack. */
  @Override
  void leave(int size) {
    if (result != null) {
      mv.visitVarInsn(result.type.getOpcode(Opcodes.ISTORE), result.slot);
    }
    stack.drain(mv, size);
    toExit();
  }

  private void finish() {
    if (result != null) {
      mv.visitVarInsn(result.type.getOpcode(Opcodes.ISTORE), result.slot);
    }
    toExit();
  }

  private void toExit() {
    if (thrown != null) {
      mv.visitInsn(Opcodes.ACONST_NULL);
      mv.visitVarInsn(Opcodes.ASTORE, thrown.slot);
    }
    mv.visitJumpInsn(Opcodes.GOTO, afterwards);
  }

  @Override
  public void visitMaxs(int maxStack, int maxLocals) {
    if (exit != null) {
      exit();
    }
    for (Label[] barrier : barriers) {
      mv.visitTryCatchBlock(barrier[0], barrier[1], barrier[2], null);
    }
    super.visitMaxs(Math.max(maxStack, stackNeeded), maxLocals + locals.shift());
  }

  private void exit() {
    Label bodyEnd = new Label();
    mv.visitLabel(bodyEnd);
    if (thrown != null) {
      // After the body's own handlers, which go first.
      mv.visitTryCatchBlock(bodyStart, bodyEnd, bodyEnd, null);
      frame(false, ONE_THROWABLE);
      store(thrown);
      if (result != null) {
        Conversions.pushDefault(mv, result.type);
        store(result);
      }
    }
    if (result != null) {
      result.isSet = true;
    }
    mv.visitLabel(afterwards);
    frame(false, NONE);
    call(exit, exited, false);
    assign(exit, exited, false);
    if (thrown != null) {
      Label returns = new Label();
      load(thrown);
      mv.visitJumpInsn(Opcodes.IFNULL, returns);
      load(thrown);
      mv.visitInsn(Opcodes.ATHROW);
      mv.visitLabel(returns);
      frame(false, NONE);
    }
    if (result != null) {
      load(result);
    }
    mv.visitInsn(method.result.getOpcode(Opcodes.IRETURN));
  }

  // One call of an advice.

  private void call(AdviceMethod called, Locals.Local value, boolean beforeBody) {
    Label start = new Label();
    Label end = new Label();
    Label handler = new Label();
    Label joined = new Label();
    mv.visitLabel(start);
    arguments(called);
    invoke(called.name(), called.descriptor(), value);
    mv.visitLabel(end);
    mv.visitJumpInsn(Opcodes.GOTO, joined);
    mv.visitLabel(handler);
    if (value != null) {
      value.isSet = false;
    }
    frame(beforeBody, ONE_THROWABLE);
    arguments(called);
    invoke(Linker.FAILED + called.name(), withError(called.descriptor()), value);
    mv.visitLabel(joined);
    frame(beforeBody, NONE);
    barriers.add(new Label[] {start, end, handler});
    stackNeeded =
        Math.max(stackNeeded, 1 + (Type.getArgumentsAndReturnSizes(called.descriptor()) >> 2));
  }

  private void invoke(String name, String descriptor, Locals.Local value) {
    mv.visitInvokeDynamicInsn(name, descriptor, ClassWeaver.BOOTSTRAP, advice);
    Type type = Type.getReturnType(descriptor);
    if (value != null) {
      store(value);
    } else if (type.getSize() > 0) {
      mv.visitInsn(type.getSize() == 1 ? Opcodes.POP : Opcodes.POP2);
    }
  }

  private static String withError(String descriptor) {
    return "(Ljava/lang/Throwable;" + descriptor.substring(1);
  }

  private void arguments(AdviceMethod called) {
    Type[] wanted = Type.getArgumentTypes(called.descriptor());
    for (int i = 0; i < wanted.length; i++) {
      Type given = argument(called, called.sources().get(i));
      if (!files.isSubtype(given, wanted[i])) {
        throw new Unweavable(
            advice
                + " wants a "
                + wanted[i].getClassName()
                + " and gets a "
                + given.getClassName());
      }
    }
  }

  private Type argument(AdviceMethod called, AdviceMethod.Source source) {
    switch (source.from()) {
      case THIS -> {
        requireObject();
        mv.visitVarInsn(Opcodes.ALOAD, 0);
        return Type.getObjectType(method.owner);
      }
      case ARGUMENT -> {
        int index = method.index(source.argument());
        Type type = method.argument(index);
        int slot = called == exit ? kept.get(index).slot : method.slot(index);
        mv.visitVarInsn(type.getOpcode(Opcodes.ILOAD), slot);
        return type;
      }
      case FIELD -> {
        return field(source.field());
      }
      case ENTER -> {
        return load(required(entered, called));
      }
      case RETURN -> {
        return load(required(result, called));
      }
      case THROWN -> {
        return load(required(thrown, called));
      }
    }
    throw new AssertionError(source);
  }

  private Type field(String name) {
    ClassFiles.Field field = files.field(method.owner, name);
    if (field == null) {
      throw new Unweavable(method + " sees no field " + name);
    }
    boolean isStatic = (field.access() & Opcodes.ACC_STATIC) != 0;
    if (!isStatic) {
      requireObject();
      mv.visitVarInsn(Opcodes.ALOAD, 0);
    }
    int opcode = isStatic ? Opcodes.GETSTATIC : Opcodes.GETFIELD;
    mv.visitFieldInsn(opcode, field.owner(), name, field.descriptor());
    return Type.getType(field.descriptor());
  }

  private void requireObject() {
    if (method.isStatic) {
      throw new Unweavable(method + " is static, and " + advice + " wants its object");
    }
  }

  private Locals.Local required(Locals.Local local, AdviceMethod called) {
    if (local == null || called == enter) {
      throw new Unweavable(advice + "#" + called.name() + " wants what is not there");
    }
    return local;
  }

  // What is made of its result.

  private void assign(AdviceMethod called, Locals.Local value, boolean beforeBody) {
    for (AdviceMethod.Assignment assignment : called.assignments()) {
      boolean toArgument = assignment.target() == AdviceMethod.Target.ARGUMENT;
      if (toArgument != (called == enter)) {
        throw new Unweavable(advice + "#" + called.name() + " cannot assign this");
      }
      Label next = new Label();
      boolean always = assignment.evenDefault() && assignment.index() < 0;
      if (!always) {
        load(value);
        Conversions.jumpIfDefault(mv, value.type, next);
      }
      load(value);
      Type from = value.type;
      if (assignment.index() >= 0) {
        from = element(from, assignment.index());
      }
      if (toArgument) {
        int index = method.index(assignment.argument());
        Type to = method.argument(index);
        Conversions.convert(mv, from, to);
        mv.visitVarInsn(to.getOpcode(Opcodes.ISTORE), method.slot(index));
      } else {
        Locals.Local to =
            required(assignment.target() == AdviceMethod.Target.THROWN ? thrown : result, called);
        Conversions.convert(mv, from, to.type);
        store(to);
      }
      if (!always) {
        mv.visitLabel(next);
        frame(beforeBody, NONE);
      }
    }
  }

  private Type element(Type array, int index) {
    if (array.getSort() != Type.ARRAY || index > Byte.MAX_VALUE) {
      throw new Unweavable(advice + " assigns an element of what is no array");
    }
    Type element = Type.getType(array.getDescriptor().substring(1));
    mv.visitIntInsn(Opcodes.BIPUSH, index);
    mv.visitInsn(element.getOpcode(Opcodes.IALOAD));
    return element;
  }

  private Type load(Locals.Local local) {
    mv.visitVarInsn(local.type.getOpcode(Opcodes.ILOAD), local.slot);
    return local.type;
  }

  private void store(Locals.Local local) {
    mv.visitVarInsn(local.type.getOpcode(Opcodes.ISTORE), local.slot);
    local.isSet = true;
  }

  private void frame(boolean beforeBody, Object[] operands) {
    Object[] types = locals.frame(beforeBody);
    mv.visitFrame(Opcodes.F_NEW, types.length, types, operands.length, operands);
  }
}
