// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The processor time of one process in nanoseconds, as Linux' scheduler counts it for each thread
 * ({@code /proc/PID/task/TID/schedstat}, first number). What the system says of a whole process
 * comes in steps of 10 ms, 1 % of a window of a second; {@code /proc/PID/schedstat} is the first
 * thread alone. A running thread is counted up to the last tick, 4 ms ago at most, so this is read
 * when no request is under way.
 *
 * <p>A thread that has ended keeps what it had when it was last seen: pools end their threads after
 * these were idle for long, so that nothing is lost but their last steps.
 */
final class Processor {
  private final Path tasks;

  /** By thread, as last seen. */
  private final Map<String, Long> nanos = new HashMap<>();

  /** Of threads whose number another one has now. */
  private long gone;

  Processor(long pid) {
    this(Path.of("/proc/" + pid + "/task"));
  }

  /**
   * @param tasks a directory with one for each thread
   */
  Processor(Path tasks) {
    this.tasks = tasks;
  }

  /** Nanoseconds since the process began; empty where the system does not tell, or not any more. */
  OptionalLong nanos() {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        read(thread);
      }
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    return nanos.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(gone + nanos.values().stream().mapToLong(Long::longValue).sum());
  }

  private void read(Path thread) {
    try {
      String line = Files.readString(thread.resolve("schedstat"));
      long its = Long.parseLong(line, 0, line.indexOf(' '), 10);
      Long before = nanos.put(thread.getFileName().toString(), its);
      if (before != null && its < before) {
        gone += before;
      }
    } catch (NoSuchFileException ended) {
      // Between the two readings.
    } catch (IOException e) {
      // ESRCH: while it was read.
      if (Files.exists(thread)) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
