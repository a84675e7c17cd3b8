// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other implementation: openssl on the command line. */
final class OpenSsl {
  private OpenSsl() {}

  /** Runs it to its end, which must be a success, and gives what it said. */
  static String run(File directory, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("openssl did not end");
    }
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " said: " + said);
    }
    return said;
  }
}
