// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

import io.inboard.weave.Advice;
import sample.Journal;

/** Advice for any method, of each kind that an adapter may write. */
public final class ShapeAdvice {
  private ShapeAdvice() {}

  static final class Watch {
    @Advice.OnMethodEnter
    static String enter() {
      Journal.note("enter");
      return "entered";
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter String entered, @Advice.Thrown Throwable error) {
      Journal.note("exit", entered, String.valueOf(error));
    }
  }

  static final class OnlyEnter {
    @Advice.OnMethodEnter
    static void enter() {
      Journal.note("enter");
    }
  }

  static final class OnlyExit {
    @Advice.OnMethodExit
    static void exit() {
      Journal.note("exit");
    }
  }

  static final class Fields {
    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.FieldValue("counter") int counter) {
      Journal.note("exit", counter);
    }
  }

  static final class EnterFails {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter() {
      throw new UnsupportedOperationException("enter");
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered, @Advice.Thrown Throwable error) {
      Journal.note("exit", entered, String.valueOf(error));
    }
  }

  static final class ExitFails {
    @Advice.OnMethodEnter
    static long enter() {
      return 42;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter long entered) {
      Journal.note("exit", entered);
      throw new UnsupportedOperationException("exit");
    }
  }

  static final class ExitFailsAfterSuccess {
    @Advice.OnMethodExit
    static void exit() {
      Journal.note("exit");
      throw new UnsupportedOperationException("exit");
    }
  }

  static final class Skips {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  static final class SkipsNot {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static double enter() {
      return 0;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter double entered) {
      Journal.note("exit", entered);
    }
  }

  /** Not by a higher bit: Byte Buddy 1.18 tests the lower half of a long only. */
  static final class SkipsByLong {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static long enter() {
      return 1;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter long entered, @Advice.Thrown Throwable error) {
      Journal.note("exit", entered, error);
    }
  }

  static final class SkipsByClass {
    @Advice.OnMethodEnter(skipOn = String.class)
    static Object enter() {
      return "skip";
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object entered) {
      Journal.note("exit", entered);
    }
  }

  static final class SkipsNotByOtherClass {
    @Advice.OnMethodEnter(skipOn = String.class)
    static Object enter() {
      return 1;
    }
  }

  static final class ThrowsInstead {
    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Thrown Throwable error) {
      return error == null ? null : new UnsupportedOperationException("instead of " + error);
    }
  }

  static final class ThrowsAlways {
    @Advice.OnMethodEnter
    static Throwable enter() {
      return new UnsupportedOperationException("made before");
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable made) {
      return made;
    }
  }

  /** What the body threw is forgotten: the method returns null, zero or false. */
  static final class ThrowsNothing {
    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 0)
    static Throwable[] exit(@Advice.Thrown Throwable error) {
      return new Throwable[1];
    }
  }

  static final class SkipsAndThrows {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter() {
      return new UnsupportedOperationException("skipped");
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object entered) {
      return new Object[] {null, entered};
    }
  }

  /** Not for static methods. */
  static final class Self {
    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object self, @Advice.FieldValue("name") String name) {
      Journal.note("enter", name);
      return self;
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object self, @Advice.Enter Object entered) {
      Journal.note("exit", self == entered);
    }
  }

  /** The one that fits constructors. */
  static final class Constructed {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object self, @Advice.FieldValue("name") String name) {
      Journal.note("constructed", name);
    }
  }

  static final class ConstructedFails {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object self) {
      throw new UnsupportedOperationException("exit");
    }
  }

  static final class ConstructedOfLong {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) long first,
        @Advice.Argument(1) double second,
        @Advice.Argument(2) Object[] more) {
      Journal.note("constructed", first, second, more);
    }
  }
}
