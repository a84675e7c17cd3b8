// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that we started: what the system says of it, what it said itself, its end. */
class Child implements AutoCloseable {
  /** Also on a machine that has other things to do. */
  private static final int STARTED_WITHIN_SECONDS = 300;

  /** Guarded by itself. */
  private static final Set<Process> LIVING = new LinkedHashSet<>();

  /** Guarded by LIVING: from now on none is started. */
  private static boolean ending;

  private final String name;
  private final Process process;
  private final Path log;
  private final Processor processor;

  /**
   * @param talks whether its standard input and output are ours; else both go to the log
   */
  Child(
      String name, List<String> command, Map<String, String> environment, Path log, boolean talks) {
    this.name = name;
    this.log = log;
    ProcessBuilder builder = new ProcessBuilder(command);
    // Whoever runs this may have settings of his own for one of the agents.
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.matches("(OTEL|INBOARD)_.*|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS"));
    builder.environment().putAll(environment);
    // Relative files (./inboard.yaml) are looked for where there are none.
    builder.directory(log.getParent().toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    if (!talks) {
      builder.redirectInput(new File("/dev/null"));
      builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }
    try {
      synchronized (LIVING) {
        if (ending) {
          throw new Trouble("interrupted");
        }
        process = builder.start();
        LIVING.add(process);
      }
      processor = new Processor(process.pid());
    } catch (IOException e) {
      throw new Trouble("cannot start " + command.get(0) + ": " + e.getMessage(), e);
    }
  }

  /** At our own end, whatever brings it: kills all that live. */
  static void endAll() {
    synchronized (LIVING) {
      ending = true;
      LIVING.forEach(Process::destroyForcibly);
      LIVING.forEach(process -> process.onExit().join());
    }
  }

  /** Whether that has begun: then what fails, fails because of it. */
  static boolean ending() {
    synchronized (LIVING) {
      return ending;
    }
  }

  Process process() {
    return process;
  }

  boolean alive() {
    return process.isAlive();
  }

  /**
   * Processor time so far, in microseconds, of all threads that ever ran; in the system's steps of
   * 10 ms.
   */
  long cpuMicros() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1000;
  }

  /** Processor time so far for differences of short spans: see {@link Processor}. */
  long cpuNanos() {
    return processor.nanos().orElseGet(() -> cpuMicros() * 1000);
  }

  /** Resident memory; empty where there is no {@code /proc}. */
  OptionalLong rssBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Waits for it, this process living; throws with the end of its log when it does not come. */
  void await(String otherwise, BooleanSupplier condition) {
    long end = System.nanoTime() + STARTED_WITHIN_SECONDS * 1_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (!alive() || System.nanoTime() > end) {
        throw trouble(otherwise);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Trouble("interrupted", e);
      }
    }
  }

  /** Waits until something takes connections at this port of the loopback interface. */
  void awaitListening(int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    await(
        "did not listen",
        () -> {
          try (Socket socket = new Socket()) {
            socket.connect(address, 1_000);
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  /** Trouble that names the process and shows the end of its log. */
  Trouble trouble(String what) {
    return new Trouble(
        name + " " + what + (alive() ? "" : " (it has ended)") + "; its log ends with:\n" + tail());
  }

  private String tail() {
    try {
      List<String> lines =
          new ArrayList<>(Files.readString(log, StandardCharsets.UTF_8).lines().toList());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()))
          .indent(2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Seconds from SIGTERM until it was gone; killed after so many seconds. */
  double end(int killAfter) {
    long begin = System.nanoTime();
    process.destroy();
    try {
      if (!process.waitFor(killAfter, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    synchronized (LIVING) {
      LIVING.remove(process);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Waits for its own end; throws unless it ended well. */
  void done() {
    try {
      if (process.waitFor() != 0) {
        throw trouble("failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted", e);
    }
  }

  @Override
  public void close() {
    end(10);
  }

  @Override
  public String toString() {
    return name;
  }
}
