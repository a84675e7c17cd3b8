// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Where the text of the settings comes from and how it is kept up to date: a file or a URL, the
 * copy on disk, what counts when it is broken or drops what was secured, and what is reported of
 * it. Entry: {@link io.inboard.settings.source.SettingsWatch}.
 */
package io.inboard.settings.source;
