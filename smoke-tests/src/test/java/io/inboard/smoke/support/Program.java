// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A process that this test started, and ends. */
public final class Program implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);

  private final String name;
  private final Process process;
  private final Output out;
  private final Output err;

  private Program(String name, Process process) {
    this.name = name;
    this.process = process;
    this.out = new Output(name + "-out", process.getInputStream());
    this.err = new Output(name + "-err", process.getErrorStream());
  }

  /** Starts it in that directory, without standard input. */
  public static Program start(
      String name, List<String> command, Map<String, String> environment, Path directory) {
    Program program = startListening(name, command, environment, directory);
    try {
      program.process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return program;
  }

  /** Starts it in that directory; it hears {@link #say}. */
  static Program startListening(
      String name, List<String> command, Map<String, String> environment, Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    // What the caller's shell says of OpenTelemetry or the JVM is not part of a story.
    builder
        .environment()
        .keySet()
        .removeIf(
            key ->
                key.startsWith("OTEL_") || key.startsWith("INBOARD_") || key.endsWith("_OPTIONS"));
    builder.environment().putAll(environment);
    try {
      return new Program(name, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end. */
  public static Ended run(Duration atMost, List<String> command) {
    return run(atMost, Map.of(), command);
  }

  public static Ended run(Duration atMost, Map<String, String> environment, List<String> command) {
    try (Program program =
        start(Path.of(command.get(0)).getFileName() + "", command, environment, Path.of("."))) {
      return program.end(atMost);
    }
  }

  /**
   * How a process ended.
   *
   * @param took from the call of {@link #end} on
   */
  public record Ended(int exit, String out, String err, Duration took) {}

  /** Waits for its end. */
  public Ended end(Duration atMost) {
    long start = System.nanoTime();
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(this + " did not end within " + atMost);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    out.drain();
    err.drain();
    return new Ended(process.exitValue(), out.text(), err.text(), took);
  }

  /** Until one of its lines, on either stream, holds the text. */
  public Program awaitLine(String text) {
    return await("says \"" + text + "\"", START, () -> says(text));
  }

  /** Until the condition holds; a process that ended meanwhile is given up at once. */
  public Program await(String what, Duration atMost, Callable<Boolean> condition) {
    try {
      Await.until(what, atMost, () -> condition.call() || !process.isAlive());
      if (!process.isAlive()) {
        out.drain();
        err.drain();
        if (!condition.call()) {
          throw new AssertionError("ended before this: " + what);
        }
      }
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + this, e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** One line on its standard input. */
  public synchronized void say(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(this.toString(), e);
    }
  }

  private boolean says(String text) {
    return out.any(line -> line.contains(text)) || err.any(line -> line.contains(text));
  }

  public Output out() {
    return out;
  }

  public Output err() {
    return err;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL: nothing of it runs any more. */
  public void kill() {
    process.destroyForcibly();
    end(Duration.ofSeconds(10));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** For a failure's message: who it is and what it said last. */
  @Override
  public String toString() {
    return name
        + " (pid "
        + process.pid()
        + (process.isAlive() ? ", running)" : ", exit " + process.exitValue() + ")")
        + "\n--- its output\n"
        + tail(out)
        + "\n--- its errors\n"
        + tail(err);
  }

  private static String tail(Output output) {
    List<String> lines = output.lines();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }
}
