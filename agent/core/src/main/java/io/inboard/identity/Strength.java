// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PSSParameterSpec;

/**
 * The least that a certificate's key and signature must be (NIST SP 800-57 part 1, 112 bits: RSA
 * 2048, EC 224, SHA-2). The JDK has limits too ({@code jdk.certpath.disabledAlgorithms}), but an
 * application may lower them for a peer of its own that is old; the mesh's stand.
 */
final class Strength {
  private static final int RSA_BITS = 2048;
  private static final int EC_BITS = 224;

  private Strength() {}

  /**
   * The key that a certificate carries.
   *
   * @throws PeerRefusedException says, after "the certificate", what is wrong with it
   */
  static void ofKey(X509Certificate certificate) throws PeerRefusedException {
    PublicKey key = certificate.getPublicKey();
    if (key instanceof RSAKey rsa) {
      atLeast(RSA_BITS, rsa.getModulus().bitLength(), "RSA");
    } else if (key instanceof ECKey ec) {
      atLeast(EC_BITS, ec.getParams().getCurve().getField().getFieldSize(), "EC");
    } else if (EllipticCurves.isEc(key.getAlgorithm())) {
      throw new PeerRefusedException(
          Refusal.HANDSHAKE, "has an EC key, and " + EllipticCurves.MISSING);
    } else if (!(key instanceof EdECKey)) {
      throw new PeerRefusedException(
          Refusal.WEAK, "has a key of the kind " + key.getAlgorithm() + "; RSA and EC are trusted");
    }
  }

  private static void atLeast(int least, int bits, String kind) throws PeerRefusedException {
    if (bits < least) {
      throw new PeerRefusedException(
          Refusal.WEAK, "has an " + kind + " key of " + bits + " bits; the least is " + least);
    }
  }

  /**
   * The signature of whoever issued a certificate. Not for a root of ours, which is trusted as it
   * is, whatever it says of itself.
   *
   * @throws PeerRefusedException says, after "the certificate", what is wrong with it
   */
  static void ofSignature(X509Certificate certificate) throws PeerRefusedException {
    String name = certificate.getSigAlgName();
    String digest = name.equals("RSASSA-PSS") ? pssDigest(certificate) : name;
    boolean strong =
        digest.startsWith("SHA2") // SHA224 and SHA256
            || digest.startsWith("SHA3") // SHA384 and SHA3-256
            || digest.startsWith("SHA5")
            || digest.startsWith("SHA-2")
            || digest.startsWith("SHA-3")
            || digest.startsWith("SHA-5")
            || digest.startsWith("Ed");
    if (!strong) {
      throw new PeerRefusedException(
          Refusal.WEAK,
          "has a signature of the kind "
              + (name.equals(digest) ? name : name + " with " + digest)
              + "; the least is SHA-256");
    }
  }

  /** RFC 4055 section 3.1: without parameters it is SHA-1. */
  private static String pssDigest(X509Certificate certificate) {
    byte[] encoded = certificate.getSigAlgParams();
    if (encoded == null) {
      return "SHA-1";
    }
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(encoded);
      return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    } catch (GeneralSecurityException | IOException e) {
      return "parameters that cannot be read";
    }
  }
}
