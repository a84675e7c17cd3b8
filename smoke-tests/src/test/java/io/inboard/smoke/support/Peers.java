// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs of others that stand on the other side. A missing one is skipped, saying how to get it;
 * with {@code INBOARD_PEERS=required} it is a failure.
 */
public final class Peers {
  /** Where peers/install puts them. */
  static final Path CACHE =
      Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
          .filter(path -> !path.isEmpty())
          .map(Path::of)
          .orElse(Path.of(System.getProperty("user.home"), ".cache"))
          .resolve("inboard-ci");

  private Peers() {}

  /** A program of the cache or of PATH. */
  public static Path program(String name, String howToGet) {
    Stream<Path> path =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).map(Path::of);
    return orSkip(
        Stream.concat(Stream.of(CACHE.resolve("bin")), path)
            .map(directory -> directory.resolve(name))
            .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
            .findFirst(),
        name,
        howToGet);
  }

  /** A folder of the cache. */
  public static Path folder(String name, String howToGet) {
    return orSkip(Optional.of(CACHE.resolve(name)).filter(Files::isDirectory), name, howToGet);
  }

  static <T> T orSkip(Optional<T> found, String name, String howToGet) {
    if (found.isPresent()) {
      return found.get();
    }
    String reason = name + " is not on this machine: " + howToGet;
    if ("required".equals(System.getenv("INBOARD_PEERS"))) {
      return fail(reason);
    }
    System.out.println("[skipped] " + reason);
    return Assumptions.abort(reason);
  }
}
