// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import java.util.List;

/** Keeps what a watch says. */
record Said(List<String> lines) implements SettingsWatch.Voice {
  @Override
  public void info(String line) {
    lines.add(line);
  }

  @Override
  public void warn(String line) {
    lines.add("WARN " + line);
  }
}
