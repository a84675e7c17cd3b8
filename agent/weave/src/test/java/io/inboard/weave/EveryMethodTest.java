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

  @Test
  void ofAClassBeforeJava7IsLeftAsItIs() {
    String old = "org.objectweb.asm.Type";
    assertThatThrownBy(() -> weave(old, file(old))).hasMessageContaining("no invokedynamic");
  }

  /** Netty 4.1 is such a library. */
  @Test
  void ofJava6IsWovenWhereItHasTheFramesOfJava7() throws Exception {
    byte[] woven = weave("sample.Old", ofJava6(ClassWriter.COMPUTE_FRAMES));
    Class<?> type =
        new ClassLoader(EveryMethodTest.class.getClassLoader()) {
          Class<?> define() {
            return defineClass("sample.Old", woven, 0, woven.length);
          }
        }.define();
    assertThat(type.getDeclaredMethods()).hasSize(1); // Links the class, which verifies it.
    assertThat(new ClassReader(woven).readUnsignedShort(6)).isEqualTo(Opcodes.V1_7);

    byte[] bare = ofJava6(ClassWriter.COMPUTE_MAXS);
    assertThatThrownBy(() -> weave("sample.Old", bare)).hasMessageContaining("no invokedynamic");
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
      if (!name.startsWith("org.assertj.") && !name.startsWith("sample.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        byte[] bytes = file(name);
        boolean isSample = List.of(SAMPLE).contains(name);
        byte[] defined = isSample ? weave(name, bytes) : bytes;
        return defineClass(name, defined, 0, defined.length);
      }
    }
  }
}
