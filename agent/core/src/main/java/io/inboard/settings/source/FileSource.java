// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.reading.SecurityWords;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * A file, through java.io only: it is read before the application's main method, when the default
 * file system of java.nio must not be touched.
 */
final class FileSource implements SettingsSource {
  private final File file;
  private final TextFile text;
  private final String name;

  /** What was read last is no text. */
  private boolean undecodable;

  FileSource(File file, String name) {
    this.file = file;
    this.text = new TextFile(file, "inboard.yaml", "settings are a few kilobytes");
    this.name = name;
  }

  /** The path of a {@code file:} URL; relative ({@code file:inboard.yaml}) is relative. */
  static String pathOf(String url) {
    try {
      URI uri = new URI(url);
      if (uri.getPath() != null) {
        return uri.getPath();
      }
    } catch (URISyntaxException e) {
      // Most likely a path with blanks: taken literally.
    }
    return url.substring("file:".length());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<File> directory() {
    return Optional.ofNullable(file.getAbsoluteFile().getParentFile());
  }

  @Override
  public Optional<String> cacheKey() {
    return Optional.of("file:" + file.getAbsolutePath());
  }

  /** Read in pieces: the file may be too large for the memory. */
  @Override
  public SecurityWords securityWords() {
    if (!file.isFile()) {
      return new SecurityWords();
    }
    if (undecodable) {
      return SecurityWords.doubt();
    }
    SecurityWords words = new SecurityWords();
    try (InputStream in = new FileInputStream(file)) {
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        for (int i = 0; i < n; i++) {
          words.next((char) (buffer[i] & 0xff));
        }
      }
    } catch (IOException e) {
      // The words that were read before the error count.
    }
    words.end();
    return words;
  }

  /** See {@link TextFile#stamp}. */
  TextFile.Stamp stamp() {
    return text.stamp();
  }

  @Override
  public Answer read(Duration budget) {
    Answer answer = text.read();
    if (answer instanceof Answer.Text) {
      undecodable = false;
    } else if (answer instanceof Answer.Failed failed && failed.problem().equals(NO_TEXT)) {
      undecodable = true;
    }
    return answer;
  }
}
