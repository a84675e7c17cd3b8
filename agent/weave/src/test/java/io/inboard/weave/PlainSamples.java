// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** Lambdas and records of many forms: {@link PlainClassesTest} compares what they give. */
public final class PlainSamples implements Supplier<List<String>> {
  private final List<String> said = new ArrayList<>();
  private static final int[] NONE = {};

  private final String own = "own";

  private record Mixed(
      boolean z, byte b, char c, short s, int i, long j, float f, double d, String t, int[] a) {}

  record None() {}

  record One(Object o) {}

  private interface Reading {
    void read(long value, StringBuilder to, int times);
  }

  /** Names its advice in all four ways. */
  public static final class Hooks implements Library {
    @Override
    public Unit unit() {
      return Unit.named("samples")
          .weave("a.B", Member.method("c", Runnable.class), Advised.class)
          .weave(List.of("a.D", "a.E"), Member.method("f", 2).whereItExists(), Advised.class)
          .weaveConstruction("a.G", Member.method("h"), Advised.class)
          .otherwise("a.I", Member.method("j"), Advised.class)
          .build();
    }
  }

  static final class Advised {}

  private static final class Inner {
    private final int value;

    private Inner(int value) {
      this.value = value;
    }

    private Supplier<Integer> later() {
      return () -> value + 1;
    }
  }

  @Override
  public List<String> get() {
    captures(7, 8L, 2.5, 'x', "text");
    references();
    several();
    records();
    return said;
  }

  private void captures(int i, long j, double d, char c, String text) {
    Supplier<String> all = () -> own + i + j + d + c + text;
    say(all.get());
    LongSupplier sum = () -> i + j;
    say(sum.getAsLong());
    IntBinaryOperator both = (a, b) -> a * b + i;
    say(both.applyAsInt(3, 4));
    Supplier<Integer> boxed = () -> i;
    say(boxed.get());
    Runnable nothing = () -> said.add(text);
    nothing.run();
  }

  private void references() {
    Function<String, Integer> length = String::length;
    say(length.apply("abc"));
    Function<Integer, Inner> make = Inner::new;
    say(make.apply(5).later().get());
    IntFunction<String[]> array = String[]::new;
    say(array.apply(3).length);
    ToLongFunction<Integer> widened = Integer::intValue;
    say(widened.applyAsLong(9));
    Function<Integer, Long> boxedWidened = PlainSamples::twice;
    say(boxedWidened.apply(4));
    LongUnaryOperator negated = PlainSamples::negated;
    say(negated.applyAsLong(4));
    Function<Object, String> ofUs = this::told;
    say(ofUs.apply("told"));
    Comparator<String> order = String::compareTo;
    say(order.reversed().compare("a", "b"));
    BiFunction<List<String>, String, Boolean> contains = List::contains;
    say(contains.apply(List.of("q"), "q"));
    Runnable ignored = this::references2;
    ignored.run();
  }

  private int references2() {
    return said.size();
  }

  private static long twice(long value) {
    return 2 * value;
  }

  private static Long negated(long value) {
    return -value;
  }

  private String told(Object what) {
    return own + what;
  }

  private void several() {
    List<UnaryOperator<String>> steps =
        List.of(
            s -> s + "0",
            s -> s + "1",
            s -> s + "2",
            s -> s + "3",
            s -> s + "4",
            s -> s + "5",
            s -> s + "6",
            String::trim);
    String text = " ";
    for (UnaryOperator<String> step : steps) {
      text = step.apply(text);
    }
    say(text);
    List<Supplier<String>> mine = List.of(() -> own + 1, () -> own + 2, () -> told(3));
    mine.forEach(each -> say(each.get()));
    Reading reading = (value, to, times) -> to.append(value).append('x').append(times);
    StringBuilder to = new StringBuilder();
    reading.read(1L << 40, to, 3);
    say(to);
    Supplier<String> first = once();
    say(first == once());
    say(Arrays.asList(3, 1, 2).stream().map(n -> n * 2L).reduce(0L, Long::sum));
  }

  private static Supplier<String> once() {
    return () -> "once";
  }

  private void records() {
    Mixed a = mixed(NONE, 2.5f);
    say(mixed(null, 2.5f).hashCode());
    say(mixed(null, 2.5f).toString());
    say(a.equals(mixed(NONE, 2.5f)));
    say(a.equals(mixed(NONE, Float.NaN)));
    say(mixed(NONE, Float.NaN).equals(mixed(NONE, Float.NaN)));
    say(mixed(NONE, 0f).equals(mixed(NONE, -0f)));
    say(a.equals(mixed(new int[0], 2.5f)));
    say(new None().equals(new None()));
    say(new None() + " " + new None().hashCode());
    say(new One(null) + " " + new One(null).hashCode() + new One(null).equals(new One(1)));
    Object nothing = said.isEmpty() ? new One("a") : null;
    say(new One("a").equals(new One("a")) + " " + new One("a").equals(nothing));
    Object text = "a";
    say(new One("a").equals(text));
  }

  private static Mixed mixed(int[] array, float f) {
    return new Mixed(true, (byte) 1, 'c', (short) 2, 3, 4, f, 5.5, "t", array);
  }

  private void say(Object what) {
    said.add(String.valueOf(what));
  }
}
