// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.PeerIdentity;
import java.io.File;
import java.security.cert.X509Certificate;
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
}
