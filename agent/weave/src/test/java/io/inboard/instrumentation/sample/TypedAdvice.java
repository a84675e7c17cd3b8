// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

import io.inboard.weave.Advice;
import sample.Journal;

/** Advice that reads or changes arguments and results: each for methods of its types only. */
public final class TypedAdvice {
  private TypedAdvice() {}

  static final class ABoolean {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static boolean enter(@Advice.Argument(0) boolean r) {
      Journal.note("enter", r);
      return !r;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static boolean exit(
        @Advice.Argument(0) boolean argument,
        @Advice.Enter boolean entered,
        @Advice.Return boolean r) {
      Journal.note("exit", argument, entered, r);
      return !r;
    }
  }

  static final class AByte {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static byte enter(@Advice.Argument(0) byte r) {
      Journal.note("enter", r);
      return (byte) (r + 1);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static byte exit(
        @Advice.Argument(0) byte argument, @Advice.Enter byte entered, @Advice.Return byte r) {
      Journal.note("exit", argument, entered, r);
      return (byte) (r + 1);
    }
  }

  static final class AChar {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static char enter(@Advice.Argument(0) char r) {
      Journal.note("enter", r);
      return (char) (r + 1);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static char exit(
        @Advice.Argument(0) char argument, @Advice.Enter char entered, @Advice.Return char r) {
      Journal.note("exit", argument, entered, r);
      return (char) (r + 1);
    }
  }

  static final class AShort {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static short enter(@Advice.Argument(0) short r) {
      Journal.note("enter", r);
      return (short) (r + 1);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static short exit(
        @Advice.Argument(0) short argument, @Advice.Enter short entered, @Advice.Return short r) {
      Journal.note("exit", argument, entered, r);
      return (short) (r + 1);
    }
  }

  static final class AnInt {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static int enter(@Advice.Argument(0) int r) {
      Journal.note("enter", r);
      return r + 1;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static int exit(
        @Advice.Argument(0) int argument, @Advice.Enter int entered, @Advice.Return int r) {
      Journal.note("exit", argument, entered, r);
      return r + 1;
    }
  }

  static final class ALong {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static long enter(@Advice.Argument(0) long r) {
      Journal.note("enter", r);
      return r + (1L << 40);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static long exit(
        @Advice.Argument(0) long argument, @Advice.Enter long entered, @Advice.Return long r) {
      Journal.note("exit", argument, entered, r);
      return r + (1L << 40);
    }
  }

  static final class AFloat {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static float enter(@Advice.Argument(0) float r) {
      Journal.note("enter", r);
      return r + 0.5f;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static float exit(
        @Advice.Argument(0) float argument, @Advice.Enter float entered, @Advice.Return float r) {
      Journal.note("exit", argument, entered, r);
      return r + 0.5f;
    }
  }

  static final class ADouble {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static double enter(@Advice.Argument(0) double r) {
      Journal.note("enter", r);
      return r + 0.25;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static double exit(
        @Advice.Argument(0) double argument,
        @Advice.Enter double entered,
        @Advice.Return double r) {
      Journal.note("exit", argument, entered, r);
      return r + 0.25;
    }
  }

  static final class Text {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static String enter(@Advice.Argument(0) String r) {
      Journal.note("enter", r);
      return r + "!";
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static String exit(
        @Advice.Argument(0) String argument,
        @Advice.Enter String entered,
        @Advice.Return String r) {
      Journal.note("exit", argument, entered, r);
      return r + "!";
    }
  }

  static final class Ints {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static int[] enter(@Advice.Argument(0) int[] r) {
      Journal.note("enter", r);
      return new int[] {1, 2};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static int[] exit(
        @Advice.Argument(0) int[] argument, @Advice.Enter int[] entered, @Advice.Return int[] r) {
      Journal.note("exit", argument, entered, r);
      return new int[] {1, 2};
    }
  }

  /** For {@code mixed} and {@code mixedText}. */
  static final class Mixed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 1, index = 0)
    @Advice.ToArgument(value = 3, index = 1)
    @Advice.ToArgument(value = 2, index = 2)
    static Object[] enter(
        @Advice.Argument(3) String d, @Advice.Argument(1) long b, @Advice.Argument(2) double c) {
      Journal.note("enter", d, b, c);
      return new Object[] {b * 2, d + "?", c / 2};
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(
        @Advice.Argument(0) int a,
        @Advice.Argument(1) long b,
        @Advice.Argument(2) double c,
        @Advice.Argument(3) String d,
        @Advice.Enter Object[] entered,
        @Advice.Thrown Throwable error) {
      Journal.note("exit", a, b, c, d, entered, String.valueOf(error));
    }
  }

  /** For the same: the body runs with an argument of null. */
  static final class MixedNull {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 3, index = 0)
    static Object[] enter() {
      return new Object[1];
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(3) String d) {
      Journal.note("exit", d);
    }
  }

  /** For methods that return a long: a skipped one returns what exit says. */
  static final class Answers {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Long enter() {
      return 1L << 33;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned
    static long exit(@Advice.Enter Long entered, @Advice.Return long result) {
      Journal.note("exit", result);
      return entered;
    }
  }
}
