// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import java.time.Instant;
import java.util.Optional;

/**
 * How reading stands, for {@code status} and metrics. Immutable.
 *
 * @param lastError why what the source holds now is not in force; empty if it is
 * @param lastErrorAt when that was seen first
 * @param pending what waits until it has stood unchanged for a while, and why; empty: nothing does
 * @param reloads changes put in force since the start
 * @param failures readings that failed since the start; the same bad content counts once
 */
public record SettingsStatus(
    String source,
    String version,
    Loaded.Origin origin,
    Instant loadedAt,
    Optional<String> lastError,
    Optional<Instant> lastErrorAt,
    Optional<String> pending,
    long reloads,
    long failures) {}
