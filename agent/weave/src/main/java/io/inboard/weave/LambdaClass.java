// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The class of all lambdas in one class that have an interface and the types of what they capture
 * in common. Those that capture nothing are one object each, as by the JVM.
 */
final class LambdaClass {
  private static final String FACTORY = "of";
  private static final String NUMBER = "number";

  private final String name;
  private final String sam;
  private final Type samType;
  private final Type interfaceType;
  private final Type[] captured;
  private final List<Handle> bodies = new ArrayList<>();

  LambdaClass(String name, String sam, String siteType, Type samType) {
    this.name = name;
    this.sam = sam;
    this.samType = samType;
    this.interfaceType = Type.getReturnType(siteType);
    this.captured = Type.getArgumentTypes(siteType);
  }

  /** What lambdas of one class have in common. */
  static String kind(String sam, String siteType, Type samType) {
    return sam + siteType + samType;
  }

  /**
   * Whether a class of the same nest may call this body, too, and what it is given is what it
   * wants.
   *
   * @param more of the site: the erased type of the interface's method, the body, the exact type
   */
  static boolean canBe(String owner, Object... more) {
    Handle body = (Handle) more[1];
    if (body.getTag() == Opcodes.H_INVOKESPECIAL && !body.getOwner().equals(owner)) {
      return false;
    }
    Type[] wanted = Type.getArgumentTypes(body.getDesc());
    Type[] given = ((Type) more[2]).getArgumentTypes();
    for (int i = 1; i <= Math.min(wanted.length, given.length); i++) {
      if (PlainTypes.widensBoxed(given[given.length - i], wanted[wanted.length - i])) {
        return false;
      }
    }
    return true;
  }

  void add(Handle body) {
    bodies.add(body);
  }

  String name() {
    return name;
  }

  private boolean several() {
    return bodies.size() > 1;
  }

  private String factoryType() {
    Type[] types = captured;
    if (several()) {
      types = new Type[captured.length + 1];
      System.arraycopy(captured, 0, types, 0, captured.length);
      types[captured.length] = Type.INT_TYPE;
    }
    return Type.getMethodDescriptor(interfaceType, types);
  }

  /** In place of a site: what is captured is on the stack already. */
  void callFactory(MethodVisitor at, int number) {
    if (captured.length == 0) {
      at.visitFieldInsn(Opcodes.GETSTATIC, name, "I" + number, interfaceType.getDescriptor());
      return;
    }
    if (several()) {
      push(at, number);
    }
    at.visitMethodInsn(Opcodes.INVOKESTATIC, name, FACTORY, factoryType(), false);
  }

  private static void push(MethodVisitor at, int number) {
    if (number <= 5) {
      at.visitInsn(Opcodes.ICONST_0 + number);
    } else {
      at.visitIntInsn(Opcodes.SIPUSH, number);
    }
  }

  /** The class file. */
  byte[] file(int version, String host) {
    ClassWriter to = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    to.visit(
        version,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        new String[] {interfaceType.getInternalName()});
    to.visitNestHost(host);
    for (int i = 0; i < captured.length; i++) {
      to.visitField(
          Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL,
          "c" + i,
          captured[i].getDescriptor(),
          null,
          null);
    }
    if (several()) {
      to.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, NUMBER, "I", null, null);
    }
    constructor(to);
    if (captured.length == 0) {
      constants(to);
    } else {
      factory(to);
    }
    body(to);
    to.visitEnd();
    return to.toByteArray();
  }

  private String constructorType() {
    return factoryType().substring(0, factoryType().indexOf(')')) + ")V";
  }

  private void constructor(ClassWriter to) {
    MethodVisitor m = to.visitMethod(Opcodes.ACC_PRIVATE, "<init>", constructorType(), null, null);
    m.visitCode();
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    int local = 1;
    for (int i = 0; i < captured.length; i++) {
      m.visitVarInsn(Opcodes.ALOAD, 0);
      m.visitVarInsn(captured[i].getOpcode(Opcodes.ILOAD), local);
      m.visitFieldInsn(Opcodes.PUTFIELD, name, "c" + i, captured[i].getDescriptor());
      local += captured[i].getSize();
    }
    if (several()) {
      m.visitVarInsn(Opcodes.ALOAD, 0);
      m.visitVarInsn(Opcodes.ILOAD, local);
      m.visitFieldInsn(Opcodes.PUTFIELD, name, NUMBER, "I");
    }
    m.visitInsn(Opcodes.RETURN);
    m.visitMaxs(0, 0);
    m.visitEnd();
  }

  private void constants(ClassWriter to) {
    MethodVisitor m = to.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    m.visitCode();
    for (int i = 0; i < bodies.size(); i++) {
      String type = interfaceType.getDescriptor();
      to.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, "I" + i, type, null, null);
      m.visitTypeInsn(Opcodes.NEW, name);
      m.visitInsn(Opcodes.DUP);
      if (several()) {
        push(m, i);
      }
      m.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", constructorType(), false);
      m.visitFieldInsn(Opcodes.PUTSTATIC, name, "I" + i, type);
    }
    m.visitInsn(Opcodes.RETURN);
    m.visitMaxs(0, 0);
    m.visitEnd();
  }

  private void factory(ClassWriter to) {
    MethodVisitor m = to.visitMethod(Opcodes.ACC_STATIC, FACTORY, factoryType(), null, null);
    m.visitCode();
    m.visitTypeInsn(Opcodes.NEW, name);
    m.visitInsn(Opcodes.DUP);
    int local = 0;
    for (Type each : Type.getArgumentTypes(factoryType())) {
      m.visitVarInsn(each.getOpcode(Opcodes.ILOAD), local);
      local += each.getSize();
    }
    m.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", constructorType(), false);
    m.visitInsn(Opcodes.ARETURN);
    m.visitMaxs(0, 0);
    m.visitEnd();
  }

  private void body(ClassWriter to) {
    MethodVisitor m = to.visitMethod(Opcodes.ACC_PUBLIC, sam, samType.getDescriptor(), null, null);
    m.visitCode();
    if (several()) {
      Label[] labels = new Label[bodies.size()];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = new Label();
      }
      m.visitVarInsn(Opcodes.ALOAD, 0);
      m.visitFieldInsn(Opcodes.GETFIELD, name, NUMBER, "I");
      m.visitTableSwitchInsn(0, labels.length - 1, labels[0], labels);
      for (int i = 0; i < labels.length; i++) {
        m.visitLabel(labels[i]);
        m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
        call(m, bodies.get(i));
      }
    } else {
      call(m, bodies.get(0));
    }
    m.visitMaxs(0, 0);
    m.visitEnd();
  }

  private void call(MethodVisitor m, Handle body) {
    List<Type> wanted = new ArrayList<>(List.of(Type.getArgumentTypes(body.getDesc())));
    Type owner = Type.getObjectType(body.getOwner());
    boolean constructs = body.getTag() == Opcodes.H_NEWINVOKESPECIAL;
    if (constructs) {
      m.visitTypeInsn(Opcodes.NEW, body.getOwner());
      m.visitInsn(Opcodes.DUP);
    } else if (body.getTag() != Opcodes.H_INVOKESTATIC) {
      wanted.add(0, owner);
    }
    for (int i = 0; i < captured.length; i++) {
      m.visitVarInsn(Opcodes.ALOAD, 0);
      m.visitFieldInsn(Opcodes.GETFIELD, name, "c" + i, captured[i].getDescriptor());
      PlainTypes.convert(m, captured[i], wanted.get(i));
    }
    int local = 1;
    int next = captured.length;
    for (Type given : samType.getArgumentTypes()) {
      m.visitVarInsn(given.getOpcode(Opcodes.ILOAD), local);
      PlainTypes.convert(m, given, wanted.get(next++));
      local += given.getSize();
    }
    m.visitMethodInsn(
        opcode(body), body.getOwner(), body.getName(), body.getDesc(), body.isInterface());
    Type returned = constructs ? owner : Type.getReturnType(body.getDesc());
    Type to = samType.getReturnType();
    PlainTypes.convert(m, returned, to);
    m.visitInsn(to.getOpcode(Opcodes.IRETURN));
  }

  private static int opcode(Handle body) {
    return switch (body.getTag()) {
      case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
      case Opcodes.H_NEWINVOKESPECIAL -> Opcodes.INVOKESPECIAL;
      case Opcodes.H_INVOKEINTERFACE -> Opcodes.INVOKEINTERFACE;
      // A private one, too: this class is of the same nest.
      default -> body.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
    };
  }
}
