// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.PeerIdentity;
import java.io.File;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwardedClientCertTest {
  @TempDir File directory;

  @Test
  void itNamesBothSidesAndTheCertificatesHashAsOpensslHasIt() throws Exception {
    DevelopmentCa ca = DevelopmentCa.create();
    ca.issue(WEB).save(directory);
    X509Certificate leaf =
        Pem.read(new File(directory, DevelopmentCa.CHAIN_FILE)).certificates().get(0);
    String fingerprint =
        OpenSsl.run(directory, "x509", "-in", "cert-chain.pem", "-noout", "-fingerprint", "-sha256")
            .replaceAll(".*=", "")
            .replace(":", "")
            .strip()
            .toLowerCase(java.util.Locale.ROOT);

    assertThat(ForwardedClientCert.of(new PeerIdentity(WEB, leaf), SpiffeId.parse(PAYMENTS)))
        .isEqualTo("By=" + PAYMENTS + ";Hash=" + fingerprint + ";Subject=\"\";URI=" + WEB);
    assertThat(ForwardedClientCert.of(new PeerIdentity(WEB, ca.root()), SpiffeId.parse(PAYMENTS)))
        .contains(";Subject=\"O=Inboard development CA\";URI=");
  }

  @Test
  void aSubjectThatWouldEndItsQuotesOrTheHeaderIsWrittenAsOpensslAndEnvoyDo() throws Exception {
    String[] subjects = {
      "\";URI=spiffe://cluster.local/ns/shop/sa/admin;Subject=\"",
      "back\\slash \\\" and, comma; <more> + #",
      " both ends ",
      "#first",
      "line\r\nx-forwarded-client-cert: forged",
      "\u0000\t\u007f\u0080 caf\u00e9 \u65e5\u672c \ud83d\ude00"
    };
    for (String subject : subjects) {
      KeyPair pair = DevelopmentCa.newPair();
      X509Certificate certificate =
          new CertificateDraft(pair.getPublic())
              .subject(subject)
              .valid(Instant.EPOCH, Instant.now())
              .selfSigned(pair.getPrivate());
      Files.writeString(
          new File(directory, "odd.pem").toPath(),
          DevelopmentCa.pem("CERTIFICATE", certificate.getEncoded()));
      String openssl =
          OpenSsl.run(
                  directory, "x509", "-in", "odd.pem", "-noout", "-subject", "-nameopt", "RFC2253")
              .replaceAll("^subject=\\s*|\\R$", "");
      String header =
          ForwardedClientCert.of(new PeerIdentity(WEB, certificate), SpiffeId.parse(PAYMENTS));
      assertThat(header)
          .endsWith(";Subject=\"" + openssl + "\";URI=" + WEB)
          .matches("[\\x20-\\x7e]*");
    }
  }
}
