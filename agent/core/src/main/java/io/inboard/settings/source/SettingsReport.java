// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.reading.Durations;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is told of reading settings: lines, each distinct problem once until it is mended, and the
 * status. One thread; but {@link #status} from any.
 */
final class SettingsReport {
  private final String source;
  private final SettingsWatch.Voice voice;
  private final Set<String> said = new HashSet<>();
  private volatile SettingsStatus status;
  private Loaded current;
  private String error;
  private Instant errorSince;

  /** What waits until it has stood unchanged for a while; null: nothing does. */
  private String pending;

  private long reloads;
  private long failures;

  /**
   * @param source its name
   */
  SettingsReport(String source, SettingsWatch.Voice voice) {
    this.source = source;
    this.voice = voice;
  }

  /** After {@link #inForce}. */
  SettingsStatus status() {
    return status;
  }

  void inForce(Loaded loaded) {
    current = loaded;
    update();
  }

  /**
   * A change is in force; after {@link #inForce}.
   *
   * @param without what it gives up of what was secured, in words; empty if nothing
   */
  void replaced(Loaded before, Loaded next, String without) {
    reloads++;
    error = null;
    said.clear();
    update();
    String line =
        "settings "
            + source
            + ": version "
            + next.version()
            + " is in force, after "
            + before.version()
            + ": "
            + SettingsChange.of(before.settings(), next.settings());
    String off = SettingsChange.switchedOff(before.settings(), next.settings());
    if (without.isEmpty() && off.isEmpty()) {
      voice.info(line);
    } else {
      voice.warn(
          line
              + (without.isEmpty() ? "" : "; it drops " + without)
              + (off.isEmpty() ? "" : "; " + off));
    }
  }

  void failed(String problem) {
    failures++;
    if (!problem.equals(error)) {
      error = problem;
      errorSince = Instant.now();
    }
    update();
    sayOnce(
        "settings " + problem + "; " + BrokenSource.consequence(current) + " until that is mended");
  }

  /** The source says again what is in force. */
  void mended() {
    if (error != null) {
      error = null;
      said.clear();
      update();
      voice.info(
          "settings " + source + ": read again, version " + current.version() + " is in force");
    }
  }

  /**
   * A document that must stand unchanged, since it gives something up.
   *
   * @param without what, in words
   */
  void waits(String without) {
    pending =
        "the document drops "
            + without
            + "; it counts once it has stood unchanged for "
            + Durations.format(Secured.LONG);
    update();
    sayOnce("settings " + source + ": " + pending);
  }

  /**
   * Nothing waits any longer.
   *
   * @param stood false: the document did not stand, and whoever drops as much again is told of
   *     again
   */
  void waitedFor(boolean stood) {
    if (pending == null) {
      return;
    }
    if (!stood) {
      said.remove("settings " + source + ": " + pending);
    }
    pending = null;
    update();
  }

  void sayOnce(String line) {
    // Bounds the memory for a source that fails in another way each time.
    if (said.size() < 20 && said.add(line)) {
      voice.warn(line);
    }
  }

  private void update() {
    status =
        new SettingsStatus(
            source,
            current.version(),
            current.origin(),
            current.loadedAt(),
            Optional.ofNullable(error),
            error == null ? Optional.empty() : Optional.of(errorSince),
            Optional.ofNullable(pending),
            reloads,
            failures);
  }
}
