// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/** What was measured, beside what {@code costs.properties} expects. */
public final class Costs {
  private static final String COMMAND =
      "mvn verify -Dtest=CostTest -Dsurefire.failIfNoSpecifiedTests=false";
  private static final String ACCEPT = COMMAND + " -Dinboard.costs=write";

  /**
   * Bytes a request come out within some 900 of each other, run by run, on a machine with a load of
   * 30. So less than the least is no change, and more than the most is one, a third or not: it
   * shows the few objects too many as long as there are still many.
   */
  private static final long LEAST_BYTES = 1_024;

  private static final long MOST_BYTES = 2_048;

  private final Path file;
  private final Map<String, Long> measured = new TreeMap<>();

  public Costs(Path file) {
    this.file = file;
  }

  public void put(String name, long value) {
    measured.put(name, value);
  }

  /** What was measured and what is expected: a figure that vanished fails, too. */
  public Set<String> names() {
    Map<String, Long> all = new TreeMap<>(expected());
    all.putAll(measured);
    return Collections.unmodifiableSet(all.keySet());
  }

  /** Fails with what to do; says it where a figure has become better by as much. */
  public void check(String name) {
    Map<String, Long> all = expected();
    if (!all.containsKey(name) || !measured.containsKey(name)) {
      throw new AssertionError(
          "%s: expected %s, measured %s. To write %s anew: %s"
              .formatted(name, all.get(name), measured.get(name), file.getFileName(), ACCEPT));
    }
    long expected = all.get(name);
    long now = measured.get(name);
    long allowance = allowance(name, expected);
    String figures =
        "%s: expected %,d, measured %,d (%+,d; allowed ±%,d)"
            .formatted(name, expected, now, now - expected, allowance);
    System.out.println("[costs] " + figures);
    if (now > expected + allowance) {
      throw new AssertionError(
          figures
              + ". The agent costs more than before. If that is meant, accept it by: "
              + ACCEPT);
    }
    if (now < expected - allowance) {
      System.out.println("[costs] " + name + " has become better; to keep it so: " + ACCEPT);
    }
  }

  private static long allowance(String name, long expected) {
    long third = Math.abs(expected) / 3;
    return name.endsWith(".allocation")
        ? Math.max(LEAST_BYTES, Math.min(MOST_BYTES, third))
        : third;
  }

  private Map<String, Long> expected() {
    Properties properties = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Long> expected = new TreeMap<>();
    properties.forEach((name, value) -> expected.put(name + "", Long.valueOf(value + "")));
    return expected;
  }

  /** {@code -Dinboard.costs=write}: what was measured is what is expected from now on. */
  public void writeIfAsked() throws IOException {
    if (!System.getProperty("inboard.costs", "").equals("write")) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # What the agent adds to a Spring Boot service: see CostTest. Bytes allocated a request of client and server
        # under C1 (a warm service has less), classes until the service has called; and the size of the jar.
        # Measured %s on JDK %s by
        #   %s
        """
            .formatted(LocalDate.now(ZoneOffset.UTC), Runtime.version(), ACCEPT));
    measured.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    Files.writeString(file, text, UTF_8);
  }
}
