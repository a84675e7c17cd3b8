// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The JDK's own view into another JVM. */
public final class Jcmd {
  private Jcmd() {}

  /** Output of one command, of the JDK that this build runs on. */
  public static String run(long pid, String... command) {
    List<String> all = new ArrayList<>(List.of(Jdks.own().tool("jcmd").toString(), "" + pid));
    all.addAll(List.of(command));
    Program.Ended ended = Program.run(Duration.ofSeconds(60), all);
    assertThat(ended.exit()).as(ended.toString()).isZero();
    return ended.out();
  }

  /** Live instances of classes whose name holds the text, after a full collection. */
  public static long instances(long pid, String className) {
    return run(pid, "GC.class_histogram")
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length >= 4 && words[3].contains(className))
        .mapToLong(words -> Long.parseLong(words[1]))
        .sum();
  }

  public static long threads(long pid) {
    return threads(pid, "");
  }

  /** Those whose name begins so. */
  public static long threads(long pid, String name) {
    return run(pid, "Thread.print").lines().filter(line -> line.startsWith('"' + name)).count();
  }

  public static long loadedClasses(long pid) {
    String counters = run(pid, "PerfCounter.print");
    return counter(counters, "java.cls.loadedClasses")
        + counter(counters, "java.cls.sharedLoadedClasses")
        - counter(counters, "java.cls.unloadedClasses")
        - counter(counters, "java.cls.sharedUnloadedClasses");
  }

  private static long counter(String all, String name) {
    return all.lines()
        .filter(line -> line.startsWith(name + "="))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
