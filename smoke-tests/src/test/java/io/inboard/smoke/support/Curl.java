// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** curl as a foreign client; the exit code is part of what is asserted. */
public final class Curl {
  private Curl() {}

  /**
   * How a service is reached.
   *
   * @param identity a folder of PEM files; empty: plaintext
   */
  public record Way(int port, Optional<Path> identity) {
    public static Way plain(Service service) {
      return new Way(service.port(), Optional.empty());
    }

    public static Way mutual(Service service, Path identity) {
      return new Way(service.port(), Optional.of(identity));
    }

    public Program.Ended run(String path, String... arguments) {
      List<String> all = new ArrayList<>(Arrays.asList(arguments));
      all.add((identity.isPresent() ? "https" : "http") + "://127.0.0.1:" + port + path);
      String[] array = all.toArray(String[]::new);
      return identity.isPresent() ? Curl.mutual(identity.get(), array) : Curl.run(array);
    }
  }

  /** Plain HTTP or whatever the arguments say. */
  public static Program.Ended run(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(Peers.program("curl", "apt-get install curl").toString(), "-sS", "-m", "15"));
    command.addAll(Arrays.asList(arguments));
    return Program.run(Duration.ofSeconds(20), command);
  }

  /**
   * Mutual TLS with the files of a folder; the server is not checked (a SPIFFE certificate has no
   * host name).
   */
  public static Program.Ended mutual(Path identity, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--cert",
                identity.resolve("cert-chain.pem").toString(),
                "--key",
                identity.resolve("key.pem").toString()));
    all.add("-k");
    all.addAll(Arrays.asList(arguments));
    return run(all.toArray(String[]::new));
  }
}
