// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.document.Document;
import io.inboard.settings.source.SettingsSource.Answer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A text that a person or a program writes and that we read again and again. Through java.io only:
 * it may be read before the application's main method, when the default file system of java.nio
 * must not be touched. Holds no state.
 */
public final class TextFile {
  private final File file;
  private final String example;
  private final String usual;

  /**
   * @param example a name that such a file has, for the message about a directory
   * @param usual how large such a file is, for the message about one that is too large
   */
  public TextFile(File file, String example, String usual) {
    this.file = file;
    this.example = example;
    this.usual = usual;
  }

  /** Changes whenever the file does, but for a rewrite of equal length within the clock's grain. */
  public Stamp stamp() {
    return new Stamp(file.lastModified(), file.length());
  }

  /** The whole text, or why there is none. */
  public Answer read() {
    if (!file.exists()) {
      return new Answer.Failed("there is no such file");
    }
    if (file.isDirectory()) {
      return new Answer.Failed("is a directory; name a file in it, such as " + example);
    }
    if (!file.isFile()) {
      // Opening a pipe waits for a writer, and reading a device may never end.
      return new Answer.Failed("is a pipe, a device or a socket; name a regular file");
    }
    if (file.length() > Document.MAX_SIZE) {
      return tooLarge();
    }
    try (InputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        // It may grow, and the length of what is in /proc is 0.
        if (out.size() > Document.MAX_SIZE) {
          return tooLarge();
        }
      }
      return SettingsSource.decode(out.toByteArray());
    } catch (FileNotFoundException e) {
      return new Answer.Failed(
          file.exists()
              ? "may not be read by this process; check its mode and owner"
              : "there is no such file");
    } catch (IOException e) {
      return new Answer.Failed("cannot be read: " + e.getMessage());
    }
  }

  private Answer tooLarge() {
    return new Answer.Failed("is larger than 16 MiB; " + usual);
  }

  /** What tells cheaply that a file may have changed; follows symbolic links. */
  public record Stamp(long lastModified, long length) {}
}
