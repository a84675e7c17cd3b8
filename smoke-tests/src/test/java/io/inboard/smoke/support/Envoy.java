// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Envoy with one of the files of peers/envoy, whose ${NAMES} are filled in. */
public final class Envoy implements AutoCloseable {
  private final int port = Ports.free();
  private final int admin = Ports.free();
  private final Program program;

  private Envoy(String template, Path directory, Map<String, String> values) {
    Path binary = Peers.program("envoy", "run smoke-tests/peers/install");
    Path file = directory.resolve(template);
    try {
      String text =
          Files.readString(Tree.peer("envoy/" + template))
              .replace("${PORT}", "" + port)
              .replace("${ADMIN}", "" + admin);
      for (Map.Entry<String, String> value : values.entrySet()) {
        text = text.replace("${" + value.getKey() + "}", value.getValue());
      }
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    program =
        Program.start(
            "envoy",
            List.of(
                binary.toString(),
                "-c",
                file.toString(),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "--log-level",
                "warning"),
            Map.of(),
            directory);
  }

  public static Envoy start(String template, Path directory, Map<String, String> values) {
    Envoy envoy = new Envoy(template, directory, values);
    try {
      envoy.program.await(
          "is ready",
          Duration.ofSeconds(30),
          () -> Http.get("http://127.0.0.1:" + envoy.admin + "/ready").statusCode() == 200);
    } catch (AssertionError e) {
      envoy.close();
      throw e;
    }
    return envoy;
  }

  /** Of its listener. */
  public int port() {
    return port;
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** One counter of its statistics. */
  public long counter(String name) throws IOException {
    String line =
        Http.body("http://127.0.0.1:" + admin + "/stats?filter=" + Service.encode("^" + name + "$"))
            .strip();
    return line.isEmpty() ? 0 : Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
  }

  public Program program() {
    return program;
  }

  @Override
  public void close() {
    program.close();
  }
}
