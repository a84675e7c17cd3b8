// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One sample service: a JVM of its own under the agent, in a directory of its own, that writes to a
 * file there. It ends with its standard input, so that nothing is left if the demo is killed.
 */
final class Sample {
  private static final String LISTENING = "listening on ";

  private final String name;
  private final Process process;
  private final Path directory;
  private int port;

  private Sample(String name, Process process, Path directory) {
    this.name = name;
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts it; it is not ready yet.
   *
   * @param main class of the service
   * @param directory made for it
   */
  static Sample start(String name, String main, Path directory, Launch launch) throws IOException {
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // To start fast beside its siblings; the agent needs none of these.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m"));
    command.add("-javaagent:" + launch.jarPath() + "=" + launch.settings());
    command.addAll(List.of("-cp", launch.classes().toString(), main, name));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(directory.resolve("output.log").toFile());
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(
            key ->
                key.startsWith("OTEL_")
                    || key.startsWith("INBOARD_")
                    || key.equals("JAVA_TOOL_OPTIONS")
                    || key.equals("JDK_JAVA_OPTIONS"));
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", launch.collector());
    environment.put("OTEL_METRICS_EXPORTER", "none");
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "100");
    environment.put("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=" + name);
    return new Sample(name, builder.start(), directory);
  }

  /** What samples have in common. */
  record Launch(String jarPath, Path settings, Path classes, String collector) {}

  /**
   * Waits until it listens.
   *
   * @throws DemoException if it does not
   */
  void awaitPort(long deadlineNanos) throws DemoException, IOException, InterruptedException {
    while (port == 0) {
      boolean ended = !process.isAlive();
      for (String line : output()) {
        int at = line.indexOf(LISTENING);
        if (at >= 0) {
          port = Integer.parseInt(line.substring(at + LISTENING.length()).strip());
          return;
        }
      }
      if (ended) {
        throw new DemoException(name + " ended with exit code " + process.exitValue());
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new DemoException(name + " does not listen; is the machine very busy?");
      }
      TimeUnit.MILLISECONDS.sleep(40);
    }
  }

  /** The last lines of what it wrote, but for where it listens; empty if that was all. */
  String lastWords() {
    try {
      List<String> lines = output().stream().filter(l -> !l.contains(LISTENING)).toList();
      int from = Math.max(0, lines.size() - 12);
      return lines.isEmpty()
          ? ""
          : "\nThe last lines of "
              + name
              + ":\n    "
              + String.join("\n    ", lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  private List<String> output() throws IOException {
    Path file = directory.resolve("output.log");
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), Charset.defaultCharset()).lines().toList()
        : List.of();
  }

  String name() {
    return name;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** The file whose presence makes it misbehave. */
  void set(String file, boolean present) throws IOException {
    if (present) {
      Files.createFile(directory.resolve(file));
    } else {
      Files.deleteIfExists(directory.resolve(file));
    }
  }

  /** As a crash: no farewell. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
  }

  /** Asks it to end. */
  void end() {
    process.destroy();
  }

  /** Waits a little for its end, then forces it. */
  void endNow() {
    try {
      if (!process.waitFor(1500, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
