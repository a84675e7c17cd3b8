// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A file of settings beside this class, whose ${NAMES} are filled in. */
final class Template {
  private Template() {}

  /** Writes it to the file; throws when a name is left over. */
  static Path write(String template, Map<String, ?> values, Path file) {
    try (InputStream in = Template.class.getResourceAsStream(template)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (Map.Entry<String, ?> value : values.entrySet()) {
        text = text.replace("${" + value.getKey() + "}", value.getValue().toString());
      }
      String used = text.replaceAll("(?m)^ *#.*", "");
      if (used.contains("${")) {
        throw new IllegalStateException(template + " has a name that nobody filled in: " + used);
      }
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
