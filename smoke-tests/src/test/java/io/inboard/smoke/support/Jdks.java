// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The JDKs of this machine: Maven's own; {@code JAVA_HOME_25} and the like; {@code /usr/lib/jvm};
 * those that peers/install got. {@code INBOARD_SMOKE_JDKS}, a list with commas, adds a path ({@code
 * /opt/jdk-26}) or leaves a version out ({@code -21}).
 */
public final class Jdks {
  private static final Map<Integer, Jdk> ALL = find();

  private Jdks() {}

  /** Maven's, 17 or later. */
  public static Jdk own() {
    return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
  }

  /** All that run the agent: 17 and later. */
  static List<Jdk> supported() {
    return ALL.values().stream().filter(jdk -> jdk.version() >= 17).toList();
  }

  /** That version; else the test is skipped with a reason, or fails where peers are required. */
  public static Jdk of(int version) {
    return Peers.orSkip(
        Optional.ofNullable(ALL.get(version)),
        "JDK " + version,
        "set JAVA_HOME_" + version + ", or run smoke-tests/peers/install");
  }

  private static Map<Integer, Jdk> find() {
    List<Path> homes = new ArrayList<>();
    List<String> asked =
        Arrays.stream(System.getenv().getOrDefault("INBOARD_SMOKE_JDKS", "").split(","))
            .map(String::strip)
            .filter(entry -> !entry.isEmpty())
            .toList();
    asked.stream().filter(entry -> !entry.startsWith("-")).map(Path::of).forEach(homes::add);
    homes.add(own().home());
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.matches("JAVA_HOME_\\d+(_.*)?")) {
                homes.add(Path.of(value));
              }
            });
    homes.addAll(children(Path.of("/usr/lib/jvm")));
    homes.addAll(children(Peers.CACHE.resolve("jdks")));
    Map<Integer, Jdk> found = new TreeMap<>();
    for (Path home : homes) {
      version(home).ifPresent(version -> found.putIfAbsent(version, new Jdk(version, home)));
    }
    asked.stream()
        .filter(entry -> entry.startsWith("-"))
        .map(entry -> Integer.valueOf(entry.substring(1)))
        .forEach(found::remove);
    return found;
  }

  private static List<Path> children(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Integer> version(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin/java"))) {
      return Optional.empty();
    }
    if (Files.isRegularFile(home.resolve("lib/rt.jar"))) {
      // Older than modules, and its runtime has no file that says so.
      return Optional.of(8);
    }
    if (!Files.isRegularFile(release)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var in = Files.newBufferedReader(release)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
    return version.isEmpty() || version.startsWith("1.")
        ? Optional.empty()
        : Optional.of(Runtime.Version.parse(version).feature());
  }
}
