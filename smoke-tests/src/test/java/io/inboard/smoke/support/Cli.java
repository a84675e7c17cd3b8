// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The agent's jar as a program. */
public final class Cli {
  private Cli() {}

  public static Program.Ended run(String... arguments) {
    return run(Duration.ofSeconds(60), Map.of(), arguments);
  }

  public static Program.Ended run(
      Duration atMost, Map<String, String> environment, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(Jdks.own().tool("java").toString(), "-jar", Tree.agent().toString()));
    command.addAll(Arrays.asList(arguments));
    return Program.run(atMost, environment, command);
  }
}
