// Licensed under the Apache License, Version 2.0; see LICENSE.
package sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What sample methods and their advice did, in order. Of one thread. */
public final class Journal {
  private static final List<String> LINES = new ArrayList<>();
  private static boolean fails;

  private Journal() {}

  /** Begins anew; whether the bodies of the sample methods shall throw. */
  public static void begin(boolean bodiesFail) {
    LINES.clear();
    fails = bodiesFail;
  }

  public static List<String> lines() {
    return List.copyOf(LINES);
  }

  public static void note(String who, Object... values) {
    LINES.add(who + " " + Arrays.deepToString(values));
  }

  /** Called by each body of a sample method with its arguments. */
  public static void body(String method, Object... arguments) {
    note("body of " + method, arguments);
    if (fails) {
      throw new IllegalStateException(method);
    }
  }
}
