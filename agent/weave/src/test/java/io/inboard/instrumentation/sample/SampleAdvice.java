// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

import io.inboard.weave.Advice;
import sample.Library;

/** Advice as adapters write it. */
public final class SampleAdvice {
  private SampleAdvice() {}

  /** Around any method: may skip it, sees what it throws. */
  public static final class Whole {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter() {
      return null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Object entered, @Advice.Thrown Throwable error) {
      return null;
    }
  }

  /** After any method or constructor. */
  public static final class After {
    @Advice.OnMethodExit
    static void exit() {}
  }

  static final class Greet {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static String enter(@Advice.Argument(0) String name) {
      return name + "!";
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.Return String greeting) {
      return "[" + greeting + "]";
    }
  }

  static final class LeftOut {
    @Advice.OnMethodEnter
    static void enter() {
      throw new AssertionError("this unit does not fit");
    }
  }

  static final class OfNothing {
    @Advice.OnMethodEnter
    static void enter() {
      throw new AssertionError("its library is not there");
    }
  }

  static final class Guard {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.Return String result) {
      return "guarded " + result;
    }
  }

  static final class Throwing {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.This Object self) {
      throw new IllegalStateException("on purpose");
    }
  }

  static final class SkipsByItsHighestBit {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static long enter() {
      return Long.MIN_VALUE;
    }
  }

  static final class FailsClosed {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object self) {
      throw new IllegalStateException("on purpose");
    }

    static boolean enter(Throwable error, Object self) {
      return true;
    }
  }

  static final class Construction {
    static Library.Part construct(@Advice.This Object self) {
      return new OurPart();
    }
  }

  /** An adapter class that extends a library's: exists only beside the library's loader. */
  static final class OurPart extends Library.Part {
    @Override
    public String say() {
      return "our part, loaded by " + getClass().getClassLoader().getName();
    }
  }

  static final class LocalTime {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static String exit(@Advice.Return String id) {
      return "woven:" + id;
    }
  }
}
