// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

final class PlainClassesTest {
  private static final List<String> SAMPLES =
      List.of("", "$Mixed", "$None", "$One", "$Reading", "$Inner");

  @Test
  void lambdasAndRecordsGiveTheSameAsThoseOfTheJvm() throws Exception {
    Class<?> plain = new Defining(rewritten()).loadClass(PlainSamples.class.getName());
    assertThat(plain).isNotEqualTo(PlainSamples.class);
    @SuppressWarnings("unchecked")
    Supplier<List<String>> samples = (Supplier<List<String>>) plain.getConstructor().newInstance();
    assertThat(samples.get()).isEqualTo(new PlainSamples().get()).hasSizeGreaterThan(30);
  }

  /** The one that is left gives the box of an int to who wants a long. */
  @Test
  void nothingIsLeftToTheJvmThatIsUnderstood() throws Exception {
    List<String> left = new ArrayList<>();
    rewritten().values().forEach(file -> new ClassReader(file).accept(new Dynamic(left), 0));
    assertThat(left).containsExactly("apply()Ljava/util/function/Function;");
  }

  @Test
  void lambdasOfOneKindHaveOneClass() throws Exception {
    assertThat(rewritten()).hasSizeLessThan(SAMPLES.size() + 24);
  }

  @Test
  void whatHasNoneIsLeftAsItIs() throws Exception {
    byte[] file = file(PlainClassesTest.class.getName() + "$Dynamic");
    assertThat(PlainClasses.of(List.of(file))).containsExactly(file);
  }

  @Test
  void hooksAreTheSameWithoutTheClassesOfTheirAdvice() throws Exception {
    String name = PlainSamples.Hooks.class.getName();
    byte[] file = PlainClasses.of(List.of(file(name))).get(0);
    List<String> loaded = new ArrayList<>();
    ClassLoader loader =
        new Defining(Map.of(name, file)) {
          @Override
          protected Class<?> loadClass(String each, boolean resolve) throws ClassNotFoundException {
            loaded.add(each);
            return super.loadClass(each, resolve);
          }
        };
    Library hooks = (Library) loader.loadClass(name).getConstructor().newInstance();
    assertThat(hooks.unit()).isEqualTo(new PlainSamples.Hooks().unit());
    assertThat(hooks.unit().advices()).containsExactly(PlainSamples.Advised.class.getName());
    assertThat(loaded)
        .contains(Unit.class.getName())
        .doesNotContain(PlainSamples.Advised.class.getName());
  }

  private static Map<String, byte[]> rewritten() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String each : SAMPLES) {
      files.add(file(PlainSamples.class.getName() + each));
    }
    Map<String, byte[]> byName = new HashMap<>();
    for (byte[] each : PlainClasses.of(files)) {
      byName.put(new ClassReader(each).getClassName().replace('/', '.'), each);
    }
    return byName;
  }

  private static byte[] file(String name) throws IOException {
    try (InputStream in =
        PlainClassesTest.class
            .getClassLoader()
            .getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in.readAllBytes();
    }
  }

  private static final class Dynamic extends ClassVisitor {
    private final List<String> into;

    Dynamic(List<String> into) {
      super(Opcodes.ASM9);
      this.into = into;
    }

    @Override
    public MethodVisitor visitMethod(int access, String n, String d, String s, String[] e) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInvokeDynamicInsn(String name, String type, Handle by, Object... more) {
          if (!by.getOwner().endsWith("StringConcatFactory")) {
            into.add(name + type);
          }
        }
      };
    }
  }

  private static class Defining extends ClassLoader {
    private final Map<String, byte[]> files;

    Defining(Map<String, byte[]> files) {
      super(PlainClassesTest.class.getClassLoader());
      this.files = files;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      byte[] file = files.get(name);
      if (file == null) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known != null ? known : defineClass(name, file, 0, file.length);
    }
  }
}
