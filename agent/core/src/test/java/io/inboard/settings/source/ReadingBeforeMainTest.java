// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.inboard.call.Log;
import io.inboard.settings.reading.SettingsReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.parser.ParserImpl;

/**
 * A file is read before the application's main method, so reading must not settle what the
 * application settles itself: its logging, its TLS defaults, its default file system. Watched in a
 * JVM of its own, by the classes that it loads.
 */
class ReadingBeforeMainTest {
  private static final String DONE = "reading is done: ";

  @TempDir private Path directory;

  @Test
  void readingAFileTouchesNeitherLoggingNorTlsNorTheDefaultFileSystem() throws Exception {
    Path yaml =
        Files.writeString(
            directory.resolve("inboard.yaml"),
            "service: {name: a}\ndestinations: [{host: b, timeout: 1s, endpoints: ['c:1']}]\n");
    Path json = Files.writeString(directory.resolve("a.json"), "{\"service\": {\"name\": \"a\"}}");
    for (Path file : List.of(yaml, json, directory.resolve("missing.yaml"))) {
      List<String> lines = run(file.toString());
      int from = first(lines, "io.inboard.settings.source.SettingsSource");
      int to = first(lines, DONE);
      assertThat(lines.subList(from, to))
          .isNotEmpty()
          .noneMatch(line -> line.contains("java.util.logging."))
          .noneMatch(line -> line.contains("javax.net.ssl."))
          .noneMatch(line -> line.contains("java.security.MessageDigest"))
          .noneMatch(line -> line.contains("java.nio.file.FileSystems$DefaultFileSystemHolder"))
          .noneMatch(line -> line.contains("okhttp3."));
    }
  }

  private List<String> run(String file) throws Exception {
    String classPath =
        Stream.of(
                SettingsWatch.class,
                Log.class,
                ReadingBeforeMainTest.class,
                ParserImpl.class,
                JsonFactory.class)
            .map(c -> c.getProtectionDomain().getCodeSource().getLocation().getPath())
            .collect(Collectors.joining(File.pathSeparator));
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout:none",
                "-cp",
                classPath,
                Reads.class.getName(),
                file)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readAllLines(log, StandardCharsets.UTF_8);
  }

  private static int first(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    throw new AssertionError(
        "no '" + text + "' in " + lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }

  /** What premain does with the settings, and nothing else. */
  static final class Reads {
    private Reads() {}

    public static void main(String[] arguments) {
      SettingsSource source =
          SettingsSource.find(arguments[0], System::getProperty, Map.of(), new File("."));
      SettingsWatch watch =
          SettingsWatch.of(
              source,
              new SettingsReader(System.getenv(), "app.jar"),
              Map.of(),
              loaded -> {},
              new SettingsWatch.Voice() {
                @Override
                public void info(String line) {}

                @Override
                public void warn(String line) {}
              });
      System.out.println(DONE + watch.load().settings().service().name());
    }
  }
}
