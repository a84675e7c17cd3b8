// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** openssl as a foreign TLS peer. */
final class OpenSsl {
  private OpenSsl() {}

  static Program.Ended run(List<String> arguments) {
    List<String> command =
        new ArrayList<>(List.of(Peers.program("openssl", "apt-get install openssl").toString()));
    command.addAll(arguments);
    return Program.run(Duration.ofSeconds(20), command);
  }

  /** The URIs and so on of a certificate, as text. */
  static String describe(Path certificate) {
    return run(List.of("x509", "-in", certificate.toString(), "-noout", "-text")).out();
  }
}
