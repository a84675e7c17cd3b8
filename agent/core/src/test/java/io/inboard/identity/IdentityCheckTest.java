// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.IdentitySettings;
import java.io.File;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityCheckTest {
  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private final Instant now = Instant.now();

  private List<String> problems() {
    return IdentityCheck.problems(TestPeer.files(directory));
  }

  private void write(String name, String content) throws Exception {
    Files.writeString(new File(directory, name).toPath(), content);
  }

  @Test
  void aGoodSetAndNoIdentityHaveNoProblem() throws Exception {
    ca.issue(WEB).save(directory);
    assertThat(problems()).isEmpty();
    assertThat(IdentityCheck.problems(IdentitySettings.NONE)).isEmpty();
  }

  @Test
  void theRootWithinTheChainIsNoProblem() throws Exception {
    DevelopmentCa.Issued issued = ca.issue(WEB);
    issued.save(directory);
    write(DevelopmentCa.CHAIN_FILE, issued.chainPem() + ca.bundlePem() + ca.bundlePem());
    assertThat(problems()).isEmpty();
  }

  @Test
  void everyMissingFileIsNamed() {
    assertThat(problems())
        .hasSize(3)
        .anyMatch(p -> p.contains(DevelopmentCa.CHAIN_FILE) && p.contains("does not exist"))
        .anyMatch(p -> p.contains(DevelopmentCa.KEY_FILE) && p.contains("does not exist"))
        .anyMatch(p -> p.contains(DevelopmentCa.BUNDLE_FILE) && p.contains("does not exist"));
  }

  @Test
  void aPathThatIsNotSetIsNamedByItsKey() throws Exception {
    ca.issue(WEB).save(directory);
    IdentitySettings.InFiles files = TestPeer.files(directory);
    assertThat(
            IdentityCheck.problems(
                new IdentitySettings.InFiles(files.certificateChain(), "", "", "")))
        .hasSize(2)
        .anyMatch(p -> p.startsWith("identity.privateKey is not set"))
        .anyMatch(p -> p.startsWith("identity.trustBundle is not set"));
  }

  @Test
  void aDirectoryAsAPathIsSaidSo() throws Exception {
    ca.issue(WEB).save(directory);
    IdentitySettings.InFiles files = TestPeer.files(directory);
    assertThat(
            IdentityCheck.problems(
                new IdentitySettings.InFiles(
                    directory.getPath(), files.privateKey(), files.trustBundle(), "")))
        .singleElement()
        .asString()
        .contains("is a directory");
  }

  @Test
  void aKeyOfAnotherIssuanceDoesNotMatch() throws Exception {
    ca.issue(WEB).save(directory);
    write(DevelopmentCa.KEY_FILE, ca.issue(WEB).keyPem());
    assertThat(problems())
        .singleElement()
        .asString()
        .contains(DevelopmentCa.KEY_FILE + " does not match")
        .contains(DevelopmentCa.CHAIN_FILE);
  }

  @Test
  void expiredAndNotYetValidAreTold() throws Exception {
    ca.issue(WEB, now.minus(Duration.ofDays(3)), now.minus(Duration.ofDays(1))).save(directory);
    assertThat(problems()).singleElement().asString().contains("expired at");
    ca.issue(WEB, now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(3))).save(directory);
    assertThat(problems()).singleElement().asString().contains("is not valid before");
  }

  @Test
  void anOrdinaryServerCertificateIsNoIdentity() throws Exception {
    OpenSsl.run(
        directory,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-subj",
        "/CN=x",
        "-addext",
        "subjectAltName=DNS:example.org",
        "-out",
        "cert-chain.pem");
    write(DevelopmentCa.BUNDLE_FILE, ca.bundlePem());
    assertThat(problems()).singleElement().asString().contains("0 URI names").contains("SPIFFE");
  }

  @Test
  void rootFirstIsToldAsAWrongOrder() throws Exception {
    DevelopmentCa.Issued issued = ca.issue(WEB);
    issued.save(directory);
    write(DevelopmentCa.CHAIN_FILE, ca.bundlePem() + issued.chainPem());
    assertThat(problems()).anyMatch(p -> p.contains("first certificate must be the workload's"));
  }

  @Test
  void aBundleOfAnotherAuthorityIsTold() throws Exception {
    ca.issue(WEB).save(directory);
    write(DevelopmentCa.BUNDLE_FILE, DevelopmentCa.create().bundlePem());
    assertThat(problems()).singleElement().asString().contains("does not lead to a certificate of");
  }

  @Test
  void aWorkloadsCertificateInTheBundleIsTold() throws Exception {
    DevelopmentCa.Issued issued = ca.issue(WEB);
    issued.save(directory);
    write(DevelopmentCa.BUNDLE_FILE, ca.bundlePem() + issued.chainPem());
    assertThat(problems())
        .singleElement()
        .asString()
        .contains(DevelopmentCa.BUNDLE_FILE)
        .contains("certificate 2")
        .contains("CA:TRUE");
  }

  @Test
  void eachProblemIsOneLineThatNamesItsFile() throws Exception {
    write(
        DevelopmentCa.CHAIN_FILE, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write(DevelopmentCa.KEY_FILE, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    write(DevelopmentCa.BUNDLE_FILE, "");
    assertThat(problems())
        .hasSize(3)
        .allMatch(p -> p.startsWith(directory.getPath()) && p.indexOf('\n') < 0);
  }

  @Test
  void aFileThatStandsForTwoKeysIsFoundUnderTheOneThatIsWrong() throws Exception {
    DevelopmentCa authority = DevelopmentCa.create();
    DevelopmentCa.Issued web = authority.issue(WEB);
    java.nio.file.Path one = directory.toPath().resolve("all.pem");
    Files.writeString(one, web.chainPem() + authority.issue(WEB).keyPem() + authority.bundlePem());
    String path = one.toString();
    assertThat(IdentityCheck.findings(new IdentitySettings.InFiles(path, path, path, "")))
        .extracting(IdentityCheck.Finding::key)
        .contains("identity.privateKey")
        .doesNotContain("identity.certificateChain");
  }
}
