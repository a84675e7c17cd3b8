// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** What the run is doing, on standard error: standard output is the report's. */
final class Progress {
  private Progress() {}

  static void say(String text) {
    System.err.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + text);
  }
}
