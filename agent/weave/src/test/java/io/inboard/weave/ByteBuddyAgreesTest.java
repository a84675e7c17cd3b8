// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.boot.JavaBase;
import io.inboard.instrumentation.sample.ShapeAdvice;
import io.inboard.instrumentation.sample.TypedAdvice;
import io.inboard.instrumentation.sample.TypedResults;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sample.Journal;
import sample.Shapes;

/**
 * Byte Buddy's Advice as the oracle: the same advice around the same methods does the same under
 * both weavers, whether the body returns or throws: what is returned or thrown, what the body and
 * the advice saw, and in which order.
 */
final class ByteBuddyAgreesTest {
  private static final String SHAPES = Shapes.class.getName();
  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.ofEntries(
          Map.entry(boolean.class, true),
          Map.entry(byte.class, (byte) 3),
          Map.entry(char.class, 'c'),
          Map.entry(short.class, (short) 5),
          Map.entry(int.class, 4),
          Map.entry(long.class, 1L << 35),
          Map.entry(float.class, 1.5f),
          Map.entry(double.class, 2.25),
          Map.entry(String.class, " text "),
          Map.entry(Object.class, "object"),
          Map.entry(Comparable.class, "comparable"),
          Map.entry(int[].class, new int[] {8, 9}),
          Map.entry(byte[].class, new byte[] {1, 2}),
          Map.entry(String[].class, new String[] {"a", null}),
          Map.entry(Object[].class, new Object[] {"b", 1}));

  @BeforeAll
  static void link() {
    JavaBase javaBase = JavaBase.enter(ByteBuddyAgent.install());
    WeaveListener listener = new SilentAboutErrors();
    javaBase.link(
        new Linker(HookIndex.of(List.of()), javaBase, listener, Faults.fromSystemProperty()));
  }

  /** Advice for any method, around each one. */
  static Stream<Class<?>> shapes() {
    return Arrays.stream(ShapeAdvice.class.getDeclaredClasses())
        .filter(advice -> !advice.getSimpleName().startsWith("Constructed"));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aroundEachMethod(Class<?> advice) throws Exception {
    for (Method method : Shapes.class.getDeclaredMethods()) {
      boolean wantsObject = advice == self();
      if (!method.isSynthetic() && !(wantsObject && Modifier.isStatic(method.getModifiers()))) {
        agree(advice, method.getName());
      }
    }
  }

  /** Advice whose name says which method it is for: {@code AnIntBoxed} is for {@code anInt}. */
  static Stream<Class<?>> typed() {
    return Stream.of(TypedAdvice.class, TypedResults.class)
        .flatMap(file -> Arrays.stream(file.getDeclaredClasses()));
  }

  @ParameterizedTest
  @MethodSource("typed")
  void thatChangesArgumentsAndResultsOfEachType(Class<?> advice) throws Exception {
    String name = advice.getSimpleName();
    List<String> methods =
        name.startsWith("Mixed")
            ? List.of("mixed", "mixedText")
            : name.equals("Answers")
                ? List.of("mixed", "aLong", "manyReturns")
                : List.of(decapitalized(name.replaceAll("Cleared|Kept|Boxed", "")));
    for (String method : methods) {
      agree(advice, method);
    }
  }

  @Test
  void afterEachConstructor() throws Exception {
    for (Class<?> advice : ShapeAdvice.class.getDeclaredClasses()) {
      String name = advice.getSimpleName();
      if (name.equals("Constructed")
          || name.equals("ConstructedFails")
          || name.equals("OnlyExit")
          || name.equals("ExitFailsAfterSuccess")) {
        agree(advice, "<init>");
      }
    }
  }

  private static String decapitalized(String name) {
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static Class<?> self() {
    return Arrays.stream(ShapeAdvice.class.getDeclaredClasses())
        .filter(advice -> advice.getSimpleName().equals("Self"))
        .findFirst()
        .orElseThrow();
  }

  private static void agree(Class<?> advice, String method) throws Exception {
    ClassLoader own = Shapes.class.getClassLoader();
    byte[] file = ClassFiles.read(own, SHAPES.replace('.', '/'));
    byte[] adviceFile = ClassFiles.read(own, advice.getName().replace('.', '/'));
    Unit.Hook hook =
        new Unit.Hook(
            List.of(SHAPES),
            new Member.Method(method, Optional.empty(), -1, 1, Integer.MAX_VALUE),
            advice.getName(),
            Unit.Kind.AROUND);
    byte[] ours = new ClassWeaver(own, own, SHAPES, file).weave(List.of(hook));
    byte[] theirs = ByteBuddyWeaving.weave(SHAPES, method, file, advice.getName(), adviceFile);
    for (boolean bodyFails : new boolean[] {false, true}) {
      String where = advice.getSimpleName() + " around " + method + (bodyFails ? ", failing" : "");
      assertThat(outcome(ours, method, bodyFails))
          .as(where)
          .isNotEmpty()
          .isEqualTo(outcome(theirs, method, bodyFails));
    }
  }

  /** What happened, a line each, over all methods of this name. */
  private static List<String> outcome(byte[] woven, String name, boolean bodyFails)
      throws Exception {
    Class<?> type = new Woven(woven).type();
    Journal.begin(false);
    Object self = type.getConstructor().newInstance();
    Journal.begin(bodyFails);
    Executable[] all =
        name.equals("<init>") ? type.getDeclaredConstructors() : type.getDeclaredMethods();
    Arrays.sort(all, (a, b) -> a.toString().compareTo(b.toString()));
    for (Executable each : all) {
      if (name.equals("<init>") || each.getName().equals(name)) {
        Journal.note(each.toString(), result(each, self));
      }
    }
    return new ArrayList<>(Journal.lines());
  }

  private static Object result(Executable executable, Object self) throws Exception {
    Object[] arguments =
        Arrays.stream(executable.getParameterTypes()).map(ARGUMENTS::get).toArray();
    try {
      if (executable instanceof Constructor<?> constructor) {
        Object made = constructor.newInstance(arguments);
        return made.getClass().getMethod("lambda", String.class).invoke(made, "of ");
      }
      return ((Method) executable).invoke(self, arguments);
    } catch (InvocationTargetException e) {
      return "thrown: " + e.getCause();
    }
  }

  /** Defines the woven class, which verifies it; all else is shared. */
  private static final class Woven extends ClassLoader {
    private final byte[] file;

    Woven(byte[] file) {
      super(Shapes.class.getClassLoader());
      this.file = file;
    }

    Class<?> type() {
      return defineClass(SHAPES, file, 0, file.length);
    }
  }

  private static final class SilentAboutErrors implements WeaveListener {
    @Override
    public void applied(String unit, String library) {}

    @Override
    public void misfit(String unit, String library, String reason) {}

    @Override
    public void failed(String unit, String className, Throwable error) {
      throw new AssertionError(unit + " " + className, error);
    }

    @Override
    public void hookError(String unit, String hook, Throwable error) {
      // What an advice of these throws is thrown on purpose.
    }
  }
}
