// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every shape of key that openssl writes. */
class PrivateKeysTest {
  @TempDir File directory;

  /** A key in several shapes, and a certificate of it. */
  private X509Certificate make(String... genpkey) throws Exception {
    String[] all = new String[genpkey.length + 3];
    all[0] = "genpkey";
    System.arraycopy(genpkey, 0, all, 1, genpkey.length);
    all[all.length - 2] = "-out";
    all[all.length - 1] = "pkcs8.pem";
    OpenSsl.run(directory, all);
    OpenSsl.run(directory, "pkey", "-in", "pkcs8.pem", "-traditional", "-out", "old.pem");
    OpenSsl.run(
        directory, "req", "-x509", "-key", "pkcs8.pem", "-subj", "/CN=x", "-out", "cert.pem");
    return Pem.read(new File(directory, "cert.pem")).certificates().get(0);
  }

  private PrivateKey read(String name, X509Certificate certificate) throws IdentityException {
    return PrivateKeys.of(Pem.read(new File(directory, name)), certificate.getPublicKey());
  }

  private String type(String name) throws Exception {
    return Pem.read(new File(directory, name)).blocks().get(0).type();
  }

  @Test
  void rsaKeysAreReadAsPkcs8AndPkcs1() throws Exception {
    X509Certificate certificate = make("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");

    assertThat(type("pkcs8.pem")).isEqualTo("PRIVATE KEY");
    assertThat(type("old.pem")).isEqualTo("RSA PRIVATE KEY");
    for (String file : List.of("pkcs8.pem", "old.pem")) {
      assertThat(PrivateKeys.match(read(file, certificate), certificate.getPublicKey())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-256", "P-384", "P-521"})
  void ecKeysAreReadAsPkcs8AndSec1(String curve) throws Exception {
    X509Certificate certificate =
        make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve);

    assertThat(type("old.pem")).isEqualTo("EC PRIVATE KEY");
    for (String file : List.of("pkcs8.pem", "old.pem")) {
      assertThat(PrivateKeys.match(read(file, certificate), certificate.getPublicKey())).isTrue();
    }
  }

  @Test
  void aSec1KeyWithParametersBeforeItIsRead() throws Exception {
    OpenSsl.run(directory, "ecparam", "-name", "prime256v1", "-genkey", "-out", "key.pem");
    OpenSsl.run(directory, "req", "-x509", "-key", "key.pem", "-subj", "/CN=x", "-out", "cert.pem");
    X509Certificate certificate = Pem.read(new File(directory, "cert.pem")).certificates().get(0);

    assertThat(type("key.pem")).isEqualTo("EC PARAMETERS");
    assertThat(PrivateKeys.match(read("key.pem", certificate), certificate.getPublicKey()))
        .isTrue();
  }

  @Test
  void aSec1KeyWithoutItsCurveTakesTheCertificates() throws Exception {
    X509Certificate certificate = make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");
    DerReader fields =
        new DerReader(Pem.read(new File(directory, "old.pem")).blocks().get(0).der()).enter();
    byte[] bare = Der.sequence(fields.next(), fields.next());
    Files.writeString(
        new File(directory, "bare.pem").toPath(), DevelopmentCa.pem("EC PRIVATE KEY", bare));

    assertThat(PrivateKeys.match(read("bare.pem", certificate), certificate.getPublicKey()))
        .isTrue();
  }

  @Test
  void keysOfAnotherPairDoNotMatch() throws Exception {
    X509Certificate ec = make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    PrivateKey ecKey = read("pkcs8.pem", ec);
    X509Certificate otherEc = make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    X509Certificate rsa = make("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    PrivateKey rsaKey = read("pkcs8.pem", rsa);
    X509Certificate otherRsa = make("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");

    assertThat(PrivateKeys.match(ecKey, otherEc.getPublicKey())).isFalse();
    assertThat(PrivateKeys.match(rsaKey, otherRsa.getPublicKey())).isFalse();
    assertThat(PrivateKeys.match(ecKey, rsa.getPublicKey())).isFalse();
  }

  @Test
  void encryptedKeysAreRefusedWithAHint() throws Exception {
    X509Certificate certificate = make("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
    for (String[] shape : new String[][] {{"pkey"}, {"pkey", "-traditional"}}) {
      List<String> arguments = new ArrayList<>(List.of(shape));
      arguments.addAll(
          List.of("-in", "pkcs8.pem", "-aes128", "-passout", "pass:x", "-out", "secret.pem"));
      OpenSsl.run(directory, arguments.toArray(new String[0]));
      assertThatThrownBy(() -> read("secret.pem", certificate))
          .isInstanceOf(IdentityException.class)
          .hasMessageContaining("secret.pem")
          .hasMessageContaining("passphrase");
    }
  }

  @Test
  void otherAlgorithmsAreNamedAsUnsupported() throws Exception {
    X509Certificate certificate = make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    OpenSsl.run(directory, "genpkey", "-algorithm", "ED25519", "-out", "ed.pem");
    assertThatThrownBy(() -> read("ed.pem", certificate))
        .hasMessageContaining("ed.pem")
        .hasMessageContaining("neither RSA nor EC");
  }

  @Test
  void noMessageHoldsAByteOfTheKeyWhereverItIsCutOrBroken() throws Exception {
    X509Certificate certificate = make("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    for (String name : List.of("pkcs8.pem", "old.pem")) {
      String whole = Files.readString(new File(directory, name).toPath());
      String secret = whole.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
      for (int i = 0; i < whole.length(); i++) {
        assertNothingTold(whole.substring(0, i), secret, certificate);
        assertNothingTold(
            whole.substring(0, i) + '*' + whole.substring(i + 1), secret, certificate);
        assertNothingTold(whole.substring(0, i) + whole.substring(i + 1), secret, certificate);
      }
    }
  }

  private static void assertNothingTold(String pem, String secret, X509Certificate certificate) {
    try {
      Pem parsed = Pem.parse("key.pem", pem.getBytes(StandardCharsets.US_ASCII));
      PrivateKeys.of(parsed, certificate.getPublicKey());
    } catch (IdentityException e) {
      assertThat(e.getMessage()).startsWith("key.pem").hasSizeLessThan(250);
      assertThat(e.getCause()).isNull();
      for (int at = 0; at + 8 <= secret.length(); at++) {
        assertThat(e.getMessage()).doesNotContain(secret.substring(at, at + 8));
      }
    }
  }

  @Test
  void keysThatStateNoPublicPointAreComparedByASignature() throws Exception {
    // The JDK's own encoding is one.
    KeyPair one = DevelopmentCa.newPair();
    KeyPair other = DevelopmentCa.newPair();
    assertThat(PrivateKeys.match(one.getPrivate(), one.getPublic())).isTrue();
    assertThat(PrivateKeys.match(one.getPrivate(), other.getPublic())).isFalse();
  }
}
