// Licensed under the Apache License, Version 2.0; see LICENSE.
package java.lang;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Function;

/**
 * The one class of ours inside java.base: every class, in every loader and module, can see it. It
 * links a woven call site to its advice by what the agent left here, and decides nothing.
 */
public final class InboardDispatcher {
  /**
   * {Lookup, name, MethodType, advice} to a CallSite. Set once by the agent before the first class
   * is woven.
   */
  public static volatile Function<Object[], Object> linker;

  private InboardDispatcher() {}

  /**
   * The bootstrap method of every woven call site. Its type is the one that the JDK calls such
   * methods with: any other costs classes of method handles that are made at run time.
   */
  public static Object bootstrap(
      MethodHandles.Lookup caller, String name, MethodType type, Object advice) {
    return linker.apply(new Object[] {caller, name, type, advice});
  }
}
