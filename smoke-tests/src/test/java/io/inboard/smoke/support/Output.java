// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The lines of one stream of a process, as they come. */
public final class Output {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  Output(String name, InputStream in) {
    reader = new Thread(() -> read(in), "smoke-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  private void read(InputStream in) {
    try (BufferedReader text = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("(closed: " + e.getMessage() + ")");
    }
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }

  public boolean any(Predicate<String> line) {
    return lines.stream().anyMatch(line);
  }

  public String text() {
    return String.join("\n", lines);
  }

  /** Once the process is over: until its last line is here. */
  void drain() {
    try {
      reader.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
