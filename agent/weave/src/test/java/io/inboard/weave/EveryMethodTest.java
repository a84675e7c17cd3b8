// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.instrumentation.sample.SampleAdvice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Whatever code a method has, the JVM's verifier accepts it woven; AssertJ's serves as sample. */
final class EveryMethodTest {
  private static final String[] SAMPLE = {
    "org.assertj.core.internal.Strings",
    "org.assertj.core.internal.Maps",
    "org.assertj.core.internal.Iterables",
    "org.assertj.core.internal.DeepDifference",
    "org.assertj.core.presentation.StandardRepresentation",
    "org.assertj.core.util.diff.myers.MyersDiff",
    "org.assertj.core.util.Throwables",
    "sample.Library"
  };

  private static final String[] OLD_SAMPLE = {
    "org.objectweb.asm.ClassReader",
    "org.objectweb.asm.ClassWriter",
    "org.objectweb.asm.Frame",
    "org.objectweb.asm.MethodWriter",
    "org.objectweb.asm.SymbolTable",
    "org.objectweb.asm.Type"
  };

  @Test
  void isVerifiedWhenWoven() throws Exception {
    ClassLoader woven = new WeavingLoader();
    for (String name : SAMPLE) {
      // Links the class, which verifies it.
      assertThat(woven.loadClass(name).getDeclaredMethods()).isNotEmpty();
    }
  }

  /** What the JVM gives of its own classes when they are retransformed. */
  @Test
  void isWovenTheSameWithoutFrames() {
    for (String name : SAMPLE) {
      byte[] file = file(name);
      byte[] bare = rewritten(file, ClassReader.SKIP_FRAMES);
      assertThat(rewritten(weave(name, bare), ClassReader.SKIP_FRAMES))
          .as(name)
          .isEqualTo(rewritten(weave(name, file), ClassReader.SKIP_FRAMES));
    }
  }

  /** Java 5 knows no frames: Apache HttpClient 4.3 is such a library; ASM's classes as sample. */
  @Test
  void ofJava5IsWovenWithFramesThatAreComputed() throws Exception {
    ClassLoader woven = new WeavingLoader();
    for (String name : OLD_SAMPLE) {
      assertThat(version(file(name))).as(name).isEqualTo(Opcodes.V1_5);
      assertThat(woven.loadClass(name).getDeclaredMethods()).isNotEmpty(); // Which verifies it.
    }
  }

  /** Netty 4.1 is such a library. */
  @Test
  void ofJava6IsWovenWithTheFramesThatItHasOrElseWithComputedOnes() throws Exception {
    for (int flags : new int[] {ClassWriter.COMPUTE_FRAMES, ClassWriter.COMPUTE_MAXS}) {
      byte[] woven = weave("sample.Old", ofJava6(flags));
      Class<?> type =
          new ClassLoader(EveryMethodTest.class.getClassLoader()) {
            Class<?> define() {
              return defineClass("sample.Old", woven, 0, woven.length);
            }
          }.define();
      assertThat(type.getDeclaredMethods()).hasSize(1); // Links the class, which verifies it.
      assertThat(version(woven)).isEqualTo(Opcodes.V1_7);
    }
  }

  @Test
  void ofAClassThatNoFrameCanDescribeIsLeftAsItIs() {
    assertThatThrownBy(() -> weave("sample.Older", before5("sample/Gone", false)))
        .hasMessageContaining("sample/Gone")
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> weave("sample.Older", before5("java/lang/Integer", true)))
        .hasMessageContaining("sample/Older.choose has subroutines");
    assertThat(weave("sample.Older", before5("java/lang/Integer", false))).isNotNull();
  }

  /** {@code static int choose(Long a, OTHER b)}, which has one or the other in a variable. */
  private static byte[] before5(String other, boolean subroutine) {
    ClassWriter file = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    file.visit(Opcodes.V1_4, Opcodes.ACC_PUBLIC, "sample/Older", null, "java/lang/Object", null);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    MethodVisitor code =
        file.visitMethod(access, "choose", "(Ljava/lang/Long;L" + other + ";)I", null, null);
    Label second = new Label();
    Label joined = new Label();
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitJumpInsn(Opcodes.IFNULL, second);
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ASTORE, 2);
    code.visitJumpInsn(Opcodes.GOTO, joined);
    code.visitLabel(second);
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitVarInsn(Opcodes.ASTORE, 2);
    code.visitLabel(joined);
    if (subroutine) {
      code.visitJumpInsn(Opcodes.JSR, second);
    }
    code.visitVarInsn(Opcodes.ALOAD, 2);
    code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Object", "hashCode", "()I", false);
    code.visitInsn(Opcodes.IRETURN);
    code.visitMaxs(0, 0);
    code.visitEnd();
    file.visitEnd();
    return file.toByteArray();
  }

  private static int version(byte[] file) {
    return new ClassReader(file).readUnsignedShort(6);
  }

  /** {@code static int most(int a, int b)}. */
  private static byte[] ofJava6(int flags) {
    ClassWriter file = new ClassWriter(flags);
    file.visit(Opcodes.V1_6, Opcodes.ACC_PUBLIC, "sample/Old", null, "java/lang/Object", null);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    MethodVisitor code = file.visitMethod(access, "most", "(II)I", null, null);
    Label second = new Label();
    code.visitCode();
    code.visitVarInsn(Opcodes.ILOAD, 0);
    code.visitVarInsn(Opcodes.ILOAD, 1);
    code.visitJumpInsn(Opcodes.IF_ICMPLT, second);
    code.visitVarInsn(Opcodes.ILOAD, 0);
    code.visitInsn(Opcodes.IRETURN);
    code.visitLabel(second);
    code.visitVarInsn(Opcodes.ILOAD, 1);
    code.visitInsn(Opcodes.IRETURN);
    code.visitMaxs(0, 0);
    code.visitEnd();
    file.visitEnd();
    return file.toByteArray();
  }

  private static byte[] rewritten(byte[] file, int flags) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(file).accept(writer, flags);
    return writer.toByteArray();
  }

  private static byte[] weave(String name, byte[] file) {
    List<Unit.Hook> hooks = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    new ClassReader(file)
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String method, String type, String signature, String[] thrown) {
                if (!method.equals("<clinit>") && !seen.contains(method)) {
                  seen.add(method);
                  boolean constructs = method.equals("<init>");
                  hooks.add(
                      new Unit.Hook(
                          List.of(name),
                          new Member.Method(method, Optional.empty(), -1, 0, Integer.MAX_VALUE),
                          constructs
                              ? SampleAdvice.After.class.getName()
                              : SampleAdvice.Whole.class.getName(),
                          Unit.Kind.AROUND));
                }
                return null;
              }
            },
            ClassReader.SKIP_CODE);
    ClassLoader loader = EveryMethodTest.class.getClassLoader();
    return new ClassWeaver(loader, loader, name, file).weave(hooks);
  }

  private static byte[] file(String name) {
    return ClassFiles.read(EveryMethodTest.class.getClassLoader(), name.replace('.', '/'));
  }

  private static final class WeavingLoader extends ClassLoader {
    WeavingLoader() {
      super(EveryMethodTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("org.assertj.")
          && !name.startsWith("org.objectweb.asm.")
          && !name.startsWith("sample.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        byte[] bytes = file(name);
        boolean isSample = List.of(SAMPLE).contains(name) || List.of(OLD_SAMPLE).contains(name);
        byte[] defined = isSample ? weave(name, bytes) : bytes;
        return defineClass(name, defined, 0, defined.length);
      }
    }
  }
}
