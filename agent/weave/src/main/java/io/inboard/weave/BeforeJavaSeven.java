// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Class files from before Java 7, which knows invokedynamic and asks for stack map frames (JVMS
 * 4.10). Those of Java 6 (version 50), which Netty 4.1 ships, mostly have these frames; those of
 * Java 5 (version 49), which Apache HttpClient 4.3 ships, have none: they are computed for every
 * method of the class.
 */
final class BeforeJavaSeven extends ClassVisitor {
  /** Where it stands in a class file. */
  private static final int VERSION = 6;

  private boolean complete = true;

  private BeforeJavaSeven() {
    super(Opcodes.ASM9);
  }

  /**
   * The class as one of Java 7 or later.
   *
   * @param reader of its file, of any version
   * @param classFile the same
   * @param files where the classes are found that its frames speak of
   * @throws Unweavable where it cannot be one of Java 7
   */
  static ClassReader lifted(ClassReader reader, byte[] classFile, ClassFiles files) {
    int version = reader.readUnsignedShort(VERSION);
    if (version >= Opcodes.V1_7) {
      return reader;
    }
    if (version == Opcodes.V1_6 && hasAllFrames(reader)) {
      byte[] seven = classFile.clone();
      seven[VERSION + 1] = Opcodes.V1_7;
      return new ClassReader(seven);
    }
    ClassWriter writer = new Frames(files);
    reader.accept(new Lift(writer), ClassReader.SKIP_FRAMES);
    return new ClassReader(writer.toByteArray());
  }

  private static boolean hasAllFrames(ClassReader reader) {
    BeforeJavaSeven look = new BeforeJavaSeven();
    reader.accept(look, ClassReader.SKIP_DEBUG);
    return look.complete;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String name, String descriptor, String signature, String[] thrown) {
    return new Body();
  }

  /** Looks for frames, and for what needs them. */
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

  /** Makes it one of Java 7. */
  private static final class Lift extends ClassVisitor {
    private String owner;

    Lift(ClassWriter to) {
      super(Opcodes.ASM9, to);
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      owner = name;
      super.visit(Opcodes.V1_7, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] thrown) {
      MethodVisitor code = super.visitMethod(access, name, descriptor, signature, thrown);
      return new NoSubroutines(code, owner + "." + name);
    }
  }

  /** What compilers before Java 5 made of {@code finally}. */
  private static final class NoSubroutines extends MethodVisitor {
    private final String method;

    NoSubroutines(MethodVisitor to, String method) {
      super(Opcodes.ASM9, to);
      this.method = method;
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      if (opcode == Opcodes.JSR) {
        throw new Unweavable(method + " has subroutines, which no stack map can describe");
      }
      super.visitJumpInsn(opcode, label);
    }
  }

  /** Computes frames, of classes that it knows from their files. */
  private static final class Frames extends ClassWriter {
    private final ClassFiles files;

    Frames(ClassFiles files) {
      super(ClassWriter.COMPUTE_FRAMES);
      this.files = files;
    }

    /** Where code comes together with one or the other: to the verifier an interface is Object. */
    @Override
    protected String getCommonSuperClass(String one, String other) {
      Set<String> ancestors = new HashSet<>();
      for (String each = one; each != null; each = superClass(each)) {
        ancestors.add(each);
      }
      String common = other;
      while (!ancestors.contains(common)) {
        common = superClass(common);
      }
      return common;
    }

    private String superClass(String name) {
      ClassFiles.ClassFile file = files.find(name);
      if (file == null) {
        // A frame that is guessed would cost the application its class.
        throw new Unweavable("class " + name + ", which its code speaks of, is missing");
      }
      return file.superName;
    }
  }
}
