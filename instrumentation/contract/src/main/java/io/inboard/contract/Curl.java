// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** curl as a client: OpenSSL and nghttp2, nothing of this JVM. */
public final class Curl {
  private final File files;

  private Curl(File files) {
    this.files = files;
  }

  /** With a workload's certificate; skips the test, and says so, where there is no curl. */
  public static Curl with(Workload client) throws IOException {
    try {
      new ProcessBuilder("curl", "--version")
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      System.out.println("skipped: no curl on the path (Debian: apt install curl)");
      Assumptions.abort("no curl on the path");
    }
    File files = TemporaryFiles.directory("curl");
    client.issued().orElseThrow().save(files);
    return new Curl(files);
  }

  /** Gets a path; answers the body, a space, and the version of HTTP. */
  public String get(int port, String path, String... options) throws IOException {
    return run(port, path, "%{http_version}", "\n", options).replace("\n", " ");
  }

  /** Gets a path; answers the status, a space, and the version of HTTP. */
  public String status(int port, String path, String... options) throws IOException {
    return run(port, path, "%{http_code} %{http_version}", "", options);
  }

  private String run(int port, String path, String format, String between, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("curl", "-sS", "--max-time", "20", "-k"));
    command.addAll(List.of("--cert", new File(files, "cert-chain.pem").getPath()));
    command.addAll(List.of("--key", new File(files, "key.pem").getPath()));
    command.addAll(List.of("-w", between + format));
    command.addAll(List.of(options));
    command.add("https://127.0.0.1:" + port + path);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return output;
  }
}
