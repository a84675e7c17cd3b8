// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Identities of the two services for this run: SPIFFE ones as PEM files from our development CA,
 * for the mesh and Envoy; ones for 127.0.0.1 as key stores from the JDK's keytool, for TLS by hand.
 * All keys are on P-256.
 */
final class Certificates {
  static final String PASSWORD = "changeit";

  private final Path directory;

  /** Those that lie there, or will. */
  Certificates(Path directory) {
    this.directory = directory;
  }

  static Certificates issue(Site site, boolean keyStores) {
    Certificates made = new Certificates(site.work().resolve("certificates"));
    try {
      Files.createDirectories(made.directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path ca = made.directory.resolve("ca");
    List<String> inboard = List.of(site.java().toString(), "-jar", site.agent().toString(), "ca");
    made.run(inboard, "init", ca.toString());
    for (Role role : Role.values()) {
      String id = "spiffe://cluster.local/ns/bench/sa/" + role.service();
      made.run(inboard, "issue", ca.toString(), "--id", id, "--out", made.pem(role).toString());
    }
    if (keyStores) {
      made.keyStores(List.of(site.tool("keytool").toString(), "-noprompt"));
    }
    return made;
  }

  /** A folder with cert-chain.pem, key.pem and root-cert.pem. */
  Path pem(Role role) {
    return directory.resolve(role.service());
  }

  /** Its key and chain, PKCS#12. */
  Path keyStore(Role role) {
    return directory.resolve(role.service() + ".p12");
  }

  /** Whom both trust, PKCS#12. */
  Path trustStore() {
    return directory.resolve("trust.p12");
  }

  private void keyStores(List<String> keytool) {
    Path ca = directory.resolve("ca.p12");
    Path root = directory.resolve("ca.pem");
    generate(keytool, ca, "CN=bench CA", "bc:c");
    run(keytool, store(ca, "-exportcert", "-rfc", "-alias", "key", "-file", root.toString()));
    run(keytool, store(trustStore(), "-importcert", "-alias", "ca", "-file", root.toString()));
    for (Role role : Role.values()) {
      Path own = keyStore(role);
      String request = directory.resolve(role.service() + ".csr").toString();
      String answer = directory.resolve(role.service() + ".pem").toString();
      generate(keytool, own, "CN=" + role.service(), "san=ip:127.0.0.1");
      run(keytool, store(own, "-certreq", "-alias", "key", "-file", request));
      String[] sign = {
        "-gencert",
        "-rfc",
        "-alias",
        "key",
        "-infile",
        request,
        "-outfile",
        answer,
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "30"
      };
      run(keytool, store(ca, sign));
      run(keytool, store(own, "-importcert", "-alias", "ca", "-file", root.toString()));
      run(keytool, store(own, "-importcert", "-alias", "key", "-file", answer));
    }
  }

  private void generate(List<String> keytool, Path file, String name, String extension) {
    String[] how = {
      "-genkeypair",
      "-alias",
      "key",
      "-keyalg",
      "EC",
      "-groupname",
      "secp256r1",
      "-dname",
      name,
      "-ext",
      extension,
      "-validity",
      "30"
    };
    run(keytool, store(file, how));
  }

  /** keytool wants its command first. */
  private static String[] store(Path file, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        List.of("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    return all.toArray(String[]::new);
  }

  private void run(List<String> program, String... arguments) {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    if (program.get(0).endsWith("keytool")) {
      command.remove("-noprompt");
      command.add("-noprompt");
    }
    Path log = directory.resolve("certificates.log");
    try (Child child = new Child("certificates", command, Map.of(), log, false)) {
      child.done();
    }
  }
}
