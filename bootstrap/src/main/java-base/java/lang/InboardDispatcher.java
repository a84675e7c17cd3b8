// Licensed under the Apache License, Version 2.0; see LICENSE.
package java.lang;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Function;

/**
 * The one class of ours inside java.base: every class, in every loader and module, can see it. It
 * links a woven call site to its advice by what the agent left here, and runs what the agent left
 * for the JVM's very end; it decides nothing.
 */
public final class InboardDispatcher implements Runnable {
  /** The JDK's own steps of the end have the slots 0 to 2: console, shutdown hooks, files. */
  private static final int FIRST_FREE_SLOT = 3;

  private static final int LAST_SLOT = 9;

  /**
   * {Lookup, name, MethodType, advice} to a CallSite. Set once by the agent before the first class
   * is woven.
   */
  public static volatile Function<Object[], Object> linker;

  /**
   * Runs on the thread that ends the JVM, after all shutdown hooks; null if nothing does. Not
   * before {@code Runtime.halt}, which runs no hook.
   */
  public static volatile Runnable atTheEnd;

  static {
    // The last slot that nobody has.
    for (int slot = LAST_SLOT; slot >= FIRST_FREE_SLOT; slot--) {
      try {
        Shutdown.add(slot, true, new InboardDispatcher());
        break;
      } catch (InternalError taken) {
        // The next one.
      } catch (IllegalStateException | LinkageError tooLateOrAnotherJdk) {
        break; // The end goes without us.
      }
    }
  }

  private InboardDispatcher() {}

  @Override
  public void run() {
    Runnable last = atTheEnd;
    if (last != null) {
      last.run();
    }
  }

  /**
   * The bootstrap method of every woven call site. Its type is the one that the JDK calls such
   * methods with: any other costs classes of method handles that are made at run time.
   */
  public static Object bootstrap(
      MethodHandles.Lookup caller, String name, MethodType type, Object advice) {
    return linker.apply(new Object[] {caller, name, type, advice});
  }
}
