// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of tests that nobody closes: all in one folder of this JVM, which is deleted when the JVM
 * ends. Any thread.
 */
public final class TemporaryFiles {
  /** Made when the first test needs it. */
  private static final class Holder {
    static final Path ROOT = make();
  }

  private TemporaryFiles() {}

  /** A new folder. */
  public static File directory(String name) throws IOException {
    return Files.createTempDirectory(Holder.ROOT, name).toFile();
  }

  /** A new file, empty. */
  public static File file(String name, String suffix) throws IOException {
    return Files.createTempFile(Holder.ROOT, name, suffix).toFile();
  }

  private static Path make() {
    try {
      Path root = Files.createTempDirectory("inboard-tests");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root), "temporary-files"));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path root) {
    try (Stream<Path> all = Files.walk(root)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // A server that still runs has made another: it stays.
    }
  }
}
