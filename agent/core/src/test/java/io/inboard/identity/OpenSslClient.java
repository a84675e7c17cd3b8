// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code openssl s_client}: sends one byte and reads to the end. */
final class OpenSslClient {
  private OpenSslClient() {}

  static String connect(int port, File directory, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory).redirectErrorStream(true).start();
    try (var input = process.getOutputStream()) {
      input.write("?\n".getBytes(StandardCharsets.US_ASCII));
      input.flush();
      // s_client ends with its input, so that is held open until the server ends the connection.
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("openssl did not end; it said " + said);
      }
      return said;
    } catch (IOException e) {
      // A refused connection breaks the pipe; what it said does not matter then.
      return e.toString();
    }
  }
}
