// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** openssl as a foreign TLS peer. */
public final class OpenSsl {
  private OpenSsl() {}

  public static Program.Ended run(List<String> arguments) {
    List<String> command =
        new ArrayList<>(List.of(Peers.program("openssl", "apt-get install openssl").toString()));
    command.addAll(arguments);
    return Program.run(Duration.ofSeconds(20), command);
  }

  /** The URIs and so on of a certificate, as text. */
  public static String describe(Path certificate) {
    return run(List.of("x509", "-in", certificate.toString(), "-noout", "-text")).out();
  }
}
