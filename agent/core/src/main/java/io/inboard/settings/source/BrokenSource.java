// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.Settings;
import io.inboard.settings.reading.SecuritySections;
import io.inboard.settings.reading.SecurityWords;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import java.util.Optional;

/**
 * What holds at a start whose settings are broken or cannot be read, and of which no good copy is
 * kept: what is valid of {@code identity} and {@code inbound}; where these are broken but ask for
 * STRICT or authorization, ports refuse; else the defaults. A mistake in the settings never opens a
 * port that they wanted closed.
 *
 * @param origin SECTIONS, REFUSING or DEFAULTS
 */
record BrokenSource(Settings settings, Origin origin) {
  /**
   * @param text null: it could not be read, or not be kept
   * @param disk holds no copy that can be used, at most a damaged one
   */
  static BrokenSource of(
      SettingsSource source, String text, SettingsReader reader, Optional<DiskCopy> disk) {
    SecurityWords words = text == null ? source.securityWords() : SecurityWords.in(text);
    Optional<Settings> part = Optional.empty();
    // A text that cannot be parsed is judged by the words in it.
    boolean doubtful = words.asks();
    if (text != null) {
      try {
        Optional<SecuritySections> sections = reader.sectionsOf(text, source.name(), words);
        if (sections.isPresent()) {
          doubtful = sections.get().doubtful();
          part = reader.securityOf(text, source.name());
        }
      } catch (RuntimeException | Error e) {
        part = Optional.empty(); // Too large for the memory: the words decide.
      }
    }
    // A copy that could not be used; with a good one this method is not called.
    doubtful |= part.isEmpty() && disk.isPresent() && disk.get().securityWords().asks();
    Settings held = part.orElseGet(reader::defaults);
    if (doubtful || !words.satisfiedBy(held.inbound())) {
      return new BrokenSource(held.refusing(), Origin.REFUSING);
    }
    // The settings are not known yet: an identity that a request only claims is removed.
    return new BrokenSource(held.guarding(), part.isPresent() ? Origin.SECTIONS : Origin.DEFAULTS);
  }

  /** What a person must know, for a warning. */
  static String consequence(Loaded current) {
    return switch (current.origin()) {
      case DEFAULTS -> "the defaults are in force, so neither mutual TLS nor authorization is,";
      case DISK_COPY -> "the last good settings, kept on disk, are in force";
      case SECTIONS ->
          "only its sections identity and inbound are in force (inbound "
              + current.settings().inbound().mtls()
              + ")";
      case REFUSING ->
          "it asks for STRICT or authorization, so ports of hooked servers refuse everything";
      case SOURCE -> "version " + current.version() + " stays in force";
    };
  }

  /** What went wrong when it was not the text. */
  static String describe(Throwable error) {
    return error instanceof OutOfMemoryError
        ? "is too large for the heap of this JVM ("
            + Runtime.getRuntime().maxMemory() / 1048576
            + " MiB); give it more with -Xmx, or say less"
        : "cannot be read: " + error.getClass().getName();
  }
}
