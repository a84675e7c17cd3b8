// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of what was measured, printed when the process of the tests ends. */
public final class Figures {
  /** Guarded by itself. */
  private static final List<String> LINES = new ArrayList<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Figures::print));
  }

  private Figures() {}

  /** One line: the case, and what was seen of it. */
  public static void add(String name, String format, Object... values) {
    String line = String.format(Locale.ROOT, "%-34s ", name).concat(format(format, values));
    System.out.println("[figures] " + line);
    synchronized (LINES) {
      LINES.add(line);
    }
  }

  /** As every case with load on faulty servers is told. */
  public static void add(String name, LoadClient.Result result, int attempts) {
    add(
        name,
        "requests %6d  success %7.3f %%  amplification %.3f  p50 %.1f  p99 %.1f  max %.0f ms",
        result.requests(),
        result.success(),
        (double) attempts / result.requests(),
        result.okMillis("p50"),
        result.okMillis("p99"),
        result.okMillis("max"));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static void print() {
    synchronized (LINES) {
      System.out.println("Resilience, measured:\n  " + String.join("\n  ", LINES));
    }
  }
}
