// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

import io.inboard.weave.Advice;

/**
 * Advice that clears a result, leaves it, or gives it in an array: each for methods of one type.
 */
public final class TypedResults {
  private TypedResults() {}

  static final class ABooleanCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(@Advice.Return boolean r) {
      return false;
    }
  }

  static final class ABooleanKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static boolean enter() {
      return false;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static boolean exit() {
      return false;
    }
  }

  static final class ABooleanBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) boolean r) {
      return new Object[] {null, !r};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return boolean r, @Advice.Thrown Throwable error) {
      return new Object[] {!r, null};
    }
  }

  static final class AByteCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static byte exit(@Advice.Return byte r) {
      return 0;
    }
  }

  static final class AByteKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static byte enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static byte exit() {
      return 0;
    }
  }

  static final class AByteBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) byte r) {
      return new Object[] {null, (byte) (r + 1)};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return byte r, @Advice.Thrown Throwable error) {
      return new Object[] {(byte) (r + 1), null};
    }
  }

  static final class ACharCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static char exit(@Advice.Return char r) {
      return 0;
    }
  }

  static final class ACharKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static char enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static char exit() {
      return 0;
    }
  }

  static final class ACharBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) char r) {
      return new Object[] {null, (char) (r + 1)};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return char r, @Advice.Thrown Throwable error) {
      return new Object[] {(char) (r + 1), null};
    }
  }

  static final class AShortCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static short exit(@Advice.Return short r) {
      return 0;
    }
  }

  static final class AShortKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static short enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static short exit() {
      return 0;
    }
  }

  static final class AShortBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) short r) {
      return new Object[] {null, (short) (r + 1)};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return short r, @Advice.Thrown Throwable error) {
      return new Object[] {(short) (r + 1), null};
    }
  }

  static final class AnIntCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static int exit(@Advice.Return int r) {
      return 0;
    }
  }

  static final class AnIntKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static int enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static int exit() {
      return 0;
    }
  }

  static final class AnIntBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) int r) {
      return new Object[] {null, r + 1};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return int r, @Advice.Thrown Throwable error) {
      return new Object[] {r + 1, null};
    }
  }

  static final class ALongCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static long exit(@Advice.Return long r) {
      return 0;
    }
  }

  static final class ALongKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static long enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static long exit() {
      return 0;
    }
  }

  static final class ALongBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) long r) {
      return new Object[] {null, r + (1L << 40)};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return long r, @Advice.Thrown Throwable error) {
      return new Object[] {r + (1L << 40), null};
    }
  }

  static final class AFloatCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static float exit(@Advice.Return float r) {
      return 0;
    }
  }

  static final class AFloatKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static float enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static float exit() {
      return 0;
    }
  }

  static final class AFloatBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) float r) {
      return new Object[] {null, r + 0.5f};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return float r, @Advice.Thrown Throwable error) {
      return new Object[] {r + 0.5f, null};
    }
  }

  static final class ADoubleCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static double exit(@Advice.Return double r) {
      return 0;
    }
  }

  static final class ADoubleKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static double enter() {
      return 0;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static double exit() {
      return 0;
    }
  }

  static final class ADoubleBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) double r) {
      return new Object[] {null, r + 0.25};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return double r, @Advice.Thrown Throwable error) {
      return new Object[] {r + 0.25, null};
    }
  }

  static final class TextCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static String exit(@Advice.Return String r) {
      return null;
    }
  }

  static final class TextKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static String enter() {
      return null;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit() {
      return null;
    }
  }

  static final class TextBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) String r) {
      return new Object[] {null, r + "!"};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return String r, @Advice.Thrown Throwable error) {
      return new Object[] {r + "!", null};
    }
  }

  static final class IntsCleared {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static int[] exit(@Advice.Return int[] r) {
      return null;
    }
  }

  static final class IntsKept {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static int[] enter() {
      return null;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static int[] exit() {
      return null;
    }
  }

  static final class IntsBoxed {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 1)
    static Object[] enter(@Advice.Argument(0) int[] r) {
      return new Object[] {null, new int[] {1, 2}};
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Return int[] r, @Advice.Thrown Throwable error) {
      return new Object[] {new int[] {1, 2}, null};
    }
  }
}
