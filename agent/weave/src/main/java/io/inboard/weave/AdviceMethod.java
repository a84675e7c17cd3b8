// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.List;

/**
 * One static method of an advice class.
 *
 * @param sources what each parameter gets
 * @param onThrowable exit runs also when the body throws
 * @param skipOn the internal name of the class whose instances skip the body, or {@link
 *     #NON_DEFAULT}; empty: never
 * @param assignments what the result is assigned to, in this order
 */
record AdviceMethod(
    String name,
    String descriptor,
    List<Source> sources,
    boolean onThrowable,
    String skipOn,
    List<Assignment> assignments) {
  static final String NON_DEFAULT = "*";

  boolean skips() {
    return !skipOn.isEmpty();
  }

  boolean wants(From from) {
    for (Source source : sources) {
      if (source.from() == from) {
        return true;
      }
    }
    return false;
  }

  /** See the annotations of these names in {@link Advice}. */
  enum From {
    THIS,
    ARGUMENT,
    FIELD,
    ENTER,
    RETURN,
    THROWN
  }

  /**
   * @param argument which one; negative: from the last
   */
  record Source(From from, int argument, String field) {}

  /** See {@link Advice.ToArgument} and its like. */
  enum Target {
    ARGUMENT,
    RETURNED,
    THROWN
  }

  /**
   * @param argument which one
   * @param index of the element in a result that is an array; -1: the result itself
   */
  record Assignment(Target target, int argument, int index, boolean evenDefault) {}
}
