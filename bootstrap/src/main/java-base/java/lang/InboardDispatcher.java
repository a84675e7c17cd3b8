// Licensed under the Apache License, Version 2.0; see LICENSE.
package java.lang;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The one class of ours inside java.base: every class, in every loader and module, can see it. It
 * links a woven call site to its advice by the handle that the agent left here, and decides
 * nothing.
 */
public final class InboardDispatcher {
  /**
   * (Lookup, String, MethodType, Object[]) to CallSite. Set once by the agent before the first
   * class is woven.
   */
  public static volatile MethodHandle linker;

  private InboardDispatcher() {}

  /** The bootstrap method of every woven call site. */
  public static CallSite bootstrap(
      MethodHandles.Lookup caller, String name, MethodType type, Object... arguments)
      throws Throwable {
    return (CallSite) linker.invoke(caller, name, type, arguments);
  }
}
