// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the agent says to the person who runs the application: single lines on standard error,
 * {@code [inboard] ...}. No logging framework: it would have to be loaded before the application's
 * main method, which breaks applications that configure their own.
 */
public final class Log {
  /** The stream of the process, not one that the application puts in its place later. */
  private static final PrintStream ERR = System.err;

  /** Bounded by the number of distinct places and names; guards itself. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private Log() {}

  /** Says what a person should know; one line, no secrets. */
  public static void info(String what) {
    line(what);
  }

  /** Says what a person should mend; one line, no secrets. */
  public static void warn(String what) {
    line("WARN " + what);
  }

  /**
   * Warns once for each key in the life of this JVM.
   *
   * @param key constant, or from a bounded set of names
   */
  public static void warnOnce(String key, String what) {
    if (SAID.add(key)) {
      warn(what);
    }
  }

  private static void line(String what) {
    ERR.println("[inboard] " + what.replace('\n', ' ').replace('\r', ' '));
  }
}
