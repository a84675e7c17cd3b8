// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an advice class says of its static methods and their parameters. Read from the class file by
 * the weaver; nothing of it is loaded when an application runs.
 *
 * <p>A method that is woven around: enter, then the method's body unless enter skips it, then exit.
 * Exit sees the arguments as enter left them, whatever the body did to them.
 */
public final class Advice {
  private Advice() {}

  /**
   * Runs before the body. Not in a constructor, whose object must not be used before its
   * superclass's constructor has run.
   */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  public @interface OnMethodEnter {
    /**
     * Skips the body when the result is an instance of this class, or {@link OnNonDefaultValue}.
     * The method's result is then null, zero or false unless exit assigns one.
     */
    Class<?> skipOn() default void.class;
  }

  /** For {@link OnMethodEnter#skipOn}: whatever is not null, zero or false skips. */
  public static final class OnNonDefaultValue {
    private OnNonDefaultValue() {}
  }

  /** Runs after the body, or after enter skipped it. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  public @interface OnMethodExit {
    /** Runs also when the body throws; not in a constructor. */
    boolean onThrowable() default false;
  }

  /** The object that the woven method is called on. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface This {}

  /** An argument of the woven method; in {@code construct}, one of the constructor. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface Argument {
    /** Counted from 0; -1 is the last one, -2 the one before. */
    int value();
  }

  /** A field that the woven class has or inherits, as it is now. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface FieldValue {
    /** The field's name. */
    String value();
  }

  /** In exit: what enter returned. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface Enter {}

  /** In exit: the method's result; null, zero or false if it was skipped or has thrown. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface Return {}

  /** In exit with {@code onThrowable}: what the body threw; null if it did not. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.PARAMETER)
  public @interface Thrown {}

  /** Enter's result becomes an argument, unless it is null, zero or false. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  @Repeatable(ToArguments.class)
  public @interface ToArgument {
    /** Which argument, counted from 0. */
    int value();

    /** For a result that is an array: its element of this index, even null, unless it is null. */
    int index() default -1;
  }

  /** Several of them. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  public @interface ToArguments {
    /** In this order. */
    ToArgument[] value();
  }

  /** Exit's result becomes the method's, unless it is null, zero or false. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  public @interface ToReturned {
    /** For a result that is an array: its element of this index, even null, unless it is null. */
    int index() default -1;

    /** Also null, zero and false. */
    boolean evenDefault() default false;
  }

  /** Exit's result, a Throwable, is what the method throws, unless it is null. */
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.METHOD)
  public @interface ToThrown {
    /** For a result that is an array: its element of this index; null there throws nothing. */
    int index() default -1;
  }
}
