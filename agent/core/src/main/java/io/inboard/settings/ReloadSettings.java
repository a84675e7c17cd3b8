// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;

/**
 * How soon a change is seen.
 *
 * @param interval how often a URL is asked; the longest time until a changed file is seen
 */
public record ReloadSettings(Duration interval) {}
