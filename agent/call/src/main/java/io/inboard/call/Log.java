// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.io.PrintStream;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the agent says to the person who runs the application: single lines on standard error,
 * {@code [inboard] ...}. No logging framework: it would have to be loaded before the application's
 * main method, which breaks applications that configure their own. Any thread may call any method.
 *
 * <p>Lines may quote what a peer or a file said: control characters are escaped here ({@link
 * Printable}), so that no peer can write lines or terminal sequences of its own into the log. They
 * may quote a URL, be it in another library's message: it is shown without user info and query.
 */
public final class Log {
  /** The stream of the process, not one that the application puts in its place later. */
  private static final PrintStream ERR = System.err;

  /** Another one in tests. */
  private static volatile PrintStream to = ERR;

  /** How long one kind of refusal is silent after a line, in nanoseconds. */
  private static final long REFUSAL_PAUSE = 10_000_000_000L;

  /** Kinds of refusals that are told apart; those beyond share one. */
  private static final int REFUSAL_KINDS = 200;

  /** Bounded by the number of distinct places and names; guards itself. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private static final LimitedLines REFUSALS =
      new LimitedLines(REFUSAL_PAUSE, REFUSAL_KINDS, (LongSupplier) System::nanoTime);

  private static volatile Level level = Level.INFO;

  private Log() {}

  /** Writes to that stream instead; null: to the process's own. For tests. */
  static void to(PrintStream stream) {
    to = stream == null ? ERR : stream;
  }

  /** From which level on lines are written; {@code log.level} in the settings. */
  public static void level(Level from) {
    level = Objects.requireNonNull(from);
  }

  /** Says what a person should know; one line, no secrets. */
  public static void info(String what) {
    if (level == Level.INFO) {
      line(what);
    }
  }

  /** Says what a person should mend; one line, no secrets. */
  public static void warn(String what) {
    if (level != Level.OFF) {
      line("WARN " + what);
    }
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

  /**
   * Says that a request or a connection was refused, and why: one line for each kind in 10 s, which
   * also tells how many of that kind went unsaid since the last one.
   *
   * @param kind what is limited together: the reason, the rule or the port; never what a peer chose
   * @param what the peer, what it asked for, and the rule or reason; cut where a peer chose it
   */
  public static void refusal(String kind, String what) {
    refusal(kind, () -> what);
  }

  /** The same, for a line that costs something to write; asked for only if it is written. */
  public static void refusal(String kind, Supplier<String> line) {
    if (level == Level.OFF) {
      return;
    }
    long unsaid = REFUSALS.pass(kind);
    if (unsaid >= 0) {
      String what = line.get();
      warn(unsaid == 0 ? what : what + " (and " + unsaid + " more like it since the last line)");
    }
  }

  private static void line(String what) {
    String oneLine = what.replace('\n', ' ').replace('\r', ' ');
    to.println("[inboard] " + Printable.text(Printable.urlsIn(oneLine)));
  }

  /** How much is written. */
  public enum Level {
    /** Everything. */
    INFO,
    /** Warnings and refusals. */
    WARN,
    /** Nothing. */
    OFF
  }
}
