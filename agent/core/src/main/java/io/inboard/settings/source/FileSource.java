// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.document.Document;
import io.inboard.settings.reading.SecurityWords;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
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
  private final String name;

  /** What was read last is no text. */
  private boolean undecodable;

  FileSource(File file, String name) {
    this.file = file;
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

  /** Changes whenever the file does, but for a rewrite of equal length within the clock's grain. */
  Stamp stamp() {
    return new Stamp(file.lastModified(), file.length());
  }

  @Override
  public Answer read(Duration budget) {
    if (!file.exists()) {
      return new Answer.Failed("there is no such file");
    }
    if (file.isDirectory()) {
      return new Answer.Failed("is a directory; name a file in it, such as inboard.yaml");
    }
    if (!file.isFile()) {
      // Opening a pipe waits for a writer, and reading a device may never end.
      return new Answer.Failed("is a pipe, a device or a socket; name a regular file");
    }
    if (file.length() > Document.MAX_SIZE) {
      return new Answer.Failed("is larger than 16 MiB; settings are a few kilobytes");
    }
    try (InputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        // It may grow, and the length of what is in /proc is 0.
        if (out.size() > Document.MAX_SIZE) {
          return new Answer.Failed("is larger than 16 MiB; settings are a few kilobytes");
        }
      }
      Answer answer = SettingsSource.decode(out.toByteArray());
      undecodable = answer instanceof Answer.Failed;
      return answer;
    } catch (FileNotFoundException e) {
      return new Answer.Failed(
          file.exists()
              ? "may not be read by this process; check its mode and owner"
              : "there is no such file");
    } catch (IOException e) {
      return new Answer.Failed("cannot be read: " + e.getMessage());
    }
  }

  /** What tells cheaply that a file may have changed; follows symbolic links. */
  record Stamp(long lastModified, long length) {}
}
