// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** A leaf as Istio's own authority gives it: RSA 2048, its key as PKCS#1. */
final class Rsa {
  private Rsa() {}

  static DevelopmentCa.Issued issue(DevelopmentCa ca, String spiffeId) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Instant now = Instant.now();
    X509Certificate leaf =
        new CertificateDraft(pair.getPublic())
            .valid(now.minusSeconds(60), now.plus(Duration.ofDays(1)))
            .authority(false)
            .keyUsage(CertificateDraft.DIGITAL_SIGNATURE, true)
            .extendedKeyUsage(CertificateDraft.SERVER_AUTH, CertificateDraft.CLIENT_AUTH)
            .uris(spiffeId)
            .signedBy(ca.root(), ca.key());
    // PKCS#8 is a sequence of version, algorithm and, in octets, the PKCS#1 key.
    byte[] pkcs8 = pair.getPrivate().getEncoded();
    byte[] octets = new DerReader(pkcs8).enter().skip().skip().next();
    byte[] pkcs1 = new DerReader(octets).enter().next();
    return new DevelopmentCa.Issued(
        DevelopmentCa.pem("CERTIFICATE", leaf.getEncoded()),
        DevelopmentCa.pem("RSA PRIVATE KEY", pkcs1),
        ca.bundlePem());
  }
}
