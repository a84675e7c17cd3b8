// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sample;

/** Tells when it is initialized. */
public final class AheadAdvice {
  public static final String INITIALIZED = "inboard.test.ahead";

  static {
    System.setProperty(INITIALIZED, "yes");
  }

  private AheadAdvice() {}

  /** Refers to another class. */
  public static Object enter() {
    return new Helper();
  }

  private static final class Helper {
    @Override
    public String toString() {
      return "helper";
    }
  }
}
