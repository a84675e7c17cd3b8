// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Nodes become settings: one reader for each section, which checks its keys and values and collects
 * every problem. Entry: {@link io.inboard.settings.reading.SettingsReader}. Touches neither files
 * nor logging.
 */
package io.inboard.settings.reading;
