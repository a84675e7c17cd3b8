// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Results;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Where and how this was measured. */
final class Circumstances {
  private static final String UNKNOWN = "unknown";

  private Circumstances() {}

  static Results.Run of(
      Path root, Options options, String command, double rate, List<String> notes) {
    return new Results.Run(
        first(said(root, options.java().toString(), "-version")),
        machine(),
        Runtime.getRuntime().availableProcessors(),
        options.client().label(),
        options.connections(),
        options.seconds(),
        rate,
        options.seed(),
        ZonedDateTime.now()
            .truncatedTo(ChronoUnit.SECONDS)
            .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME),
        revision(root),
        command,
        notes);
  }

  private static String machine() {
    String processor = line("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch"));
    return line("/proc/meminfo", "MemTotal")
        .map(memory -> processor + ", " + Math.round(kilobytes(memory) / 1024.0 / 1024) + " GB")
        .orElse(processor);
  }

  /** Bytes that new processes may have; Long.MAX_VALUE where the system does not tell. */
  static long freeMemory() {
    return line("/proc/meminfo", "MemAvailable")
        .map(memory -> kilobytes(memory) * 1024)
        .orElse(Long.MAX_VALUE);
  }

  private static long kilobytes(String text) {
    return Long.parseLong(text.replaceAll("\\D", ""));
  }

  private static Optional<String> line(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String revision(Path root) {
    String revision = first(said(root, "git", "rev-parse", "--short", "HEAD"));
    if (revision.equals(UNKNOWN)) {
      return "";
    }
    String changed = said(root, "git", "status", "--porcelain", "--untracked-files=no");
    return changed.isBlank() ? revision : revision + "+";
  }

  private static String first(String text) {
    return text.lines().filter(line -> !line.startsWith("Picked up")).findFirst().orElse(UNKNOWN);
  }

  private static String said(Path root, String... command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }
}
