// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentCaTest {
  private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";

  @TempDir File directory;

  @Test
  void opensslAcceptsTheChainEvenStrictly() throws Exception {
    DevelopmentCa.create().issue(WEB).save(directory);

    String verified =
        OpenSsl.run(
            directory, "verify", "-x509_strict", "-CAfile", "root-cert.pem", "cert-chain.pem");

    assertThat(verified).contains("cert-chain.pem: OK");
  }

  @Test
  void opensslReadsWhatALeafMustSay() throws Exception {
    DevelopmentCa.create().issue(WEB).save(directory);

    String leaf = OpenSsl.run(directory, "x509", "-in", "cert-chain.pem", "-noout", "-text");

    assertThat(leaf.replaceAll("\\s+", " "))
        .contains("X509v3 Basic Constraints: critical CA:FALSE")
        .contains("X509v3 Key Usage: critical Digital Signature")
        .contains("TLS Web Server Authentication, TLS Web Client Authentication")
        .contains("X509v3 Subject Alternative Name: critical URI:" + WEB);
    String root = OpenSsl.run(directory, "x509", "-in", "root-cert.pem", "-noout", "-text");
    assertThat(root.replaceAll("\\s+", " "))
        .contains("X509v3 Basic Constraints: critical CA:TRUE")
        .contains("Certificate Sign");
  }

  @Test
  void validityIsAsAskedAlsoBeyond2049() throws Exception {
    Instant from = Instant.parse("2026-01-02T03:04:05Z");
    Instant until = Instant.parse("2051-06-07T08:09:10Z");

    DevelopmentCa.Issued issued = DevelopmentCa.create().issue(WEB, from, until);

    X509Certificate leaf =
        Pem.parse("chain", issued.chainPem().getBytes("US-ASCII")).certificates().get(0);
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(from.truncatedTo(ChronoUnit.SECONDS));
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(until);
  }

  @Test
  void aSavedAuthorityIssuesAgain() throws Exception {
    DevelopmentCa.create().save(directory);

    DevelopmentCa.load(directory).issue(WEB).save(directory);

    assertThat(OpenSsl.run(directory, "verify", "-CAfile", "root-cert.pem", "cert-chain.pem"))
        .contains("OK");
  }

  @Test
  void keysAreReadableByTheirOwnerOnly() throws Exception {
    DevelopmentCa ca = DevelopmentCa.create();
    ca.save(directory);
    ca.issue(WEB).save(directory);

    for (String name : new String[] {DevelopmentCa.KEY_FILE, DevelopmentCa.CA_KEY_FILE}) {
      Path key = directory.toPath().resolve(name);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void onlyWorkloadsAreIssued() {
    DevelopmentCa ca = DevelopmentCa.create();
    assertThatThrownBy(() -> ca.issue("spiffe://cluster.local"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ca.issue("https://cluster.local/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spiffe://");
  }
}
