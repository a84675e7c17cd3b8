// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.Settings;
import java.time.Instant;

/**
 * Settings that are in force, and where they come from.
 *
 * @param source its name; {@code none} without settings
 * @param version short, of the content; distinct within the life of this JVM
 */
public record Loaded(
    Settings settings, String source, String version, Origin origin, Instant loadedAt) {
  /** What the settings were read from. */
  public enum Origin {
    /** The source itself. */
    SOURCE,
    /** The copy on disk of a source that is away or broken. */
    DISK_COPY,
    /** What is valid of {@code identity} and {@code inbound}; the rest of the source is broken. */
    SECTIONS,
    /** Nothing; and what there is asks for STRICT or authorization, so that ports refuse. */
    REFUSING,
    /** Nothing: the defaults, by choice or because the source cannot be read. */
    DEFAULTS
  }
}
