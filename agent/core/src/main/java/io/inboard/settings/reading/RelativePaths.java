// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import java.io.File;
import java.util.Optional;

/**
 * The files that settings name.
 *
 * @param directory what relative paths are relative to; empty: the working directory
 */
record RelativePaths(Optional<File> directory) {
  /**
   * @param path empty: it was wrong, which is known already
   */
  String of(Optional<String> path) {
    if (path.isEmpty() || directory.isEmpty() || new File(path.get()).isAbsolute()) {
      return path.orElse("?");
    }
    String relative = path.get().startsWith("./") ? path.get().substring(2) : path.get();
    return new File(directory.get(), relative).getPath();
  }
}
