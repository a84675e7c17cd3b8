// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate (RFC 5280) before it is signed. It checks nothing, so that tests can write
 * certificates that no authority should sign. Not for use by several threads.
 */
final class CertificateDraft {
  /** Bits of the keyUsage extension, the first from the left. */
  static final int DIGITAL_SIGNATURE = 0x80;

  static final int KEY_CERT_SIGN = 0x04;
  static final int CRL_SIGN = 0x02;

  static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final String SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
  private static final String ECDSA_WITH_SHA1 = "1.2.840.10045.4.1";
  private static final String SHA1_WITH_RSA = "1.2.840.113549.1.1.5";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PublicKey key;
  private final List<byte[]> extensions = new ArrayList<>();
  private byte[] subject = Der.sequence();
  private boolean subjectIsEmpty = true;
  private boolean sha1;
  private Instant notBefore = Instant.EPOCH;
  private Instant notAfter = Instant.EPOCH;

  CertificateDraft(PublicKey key) {
    this.key = key;
  }

  CertificateDraft subject(String organization) {
    subject = name(organization);
    subjectIsEmpty = false;
    return this;
  }

  CertificateDraft valid(Instant from, Instant until) {
    notBefore = from;
    notAfter = until;
    return this;
  }

  CertificateDraft authority(boolean ca) {
    return extension("2.5.29.19", true, ca ? Der.sequence(Der.bool(true)) : Der.sequence());
  }

  CertificateDraft keyUsage(int usage, boolean critical) {
    int unused = Integer.numberOfTrailingZeros(usage);
    return extension("2.5.29.15", critical, Der.bits(new byte[] {(byte) usage}, unused));
  }

  CertificateDraft extendedKeyUsage(String... purposes) {
    byte[][] oids = new byte[purposes.length][];
    for (int i = 0; i < purposes.length; i++) {
      oids[i] = Der.oid(purposes[i]);
    }
    return extension("2.5.29.37", false, Der.sequence(oids));
  }

  /** Critical if the subject is empty (RFC 5280 section 4.2.1.6): give the subject first. */
  CertificateDraft uris(String... uris) {
    byte[][] names = new byte[uris.length][];
    for (int i = 0; i < uris.length; i++) {
      names[i] = Der.primitive(6, uris[i].getBytes(StandardCharsets.UTF_8));
    }
    return extension("2.5.29.17", subjectIsEmpty, Der.sequence(names));
  }

  /** To be signed with SHA-1 instead of SHA-256. */
  CertificateDraft sha1() {
    sha1 = true;
    return this;
  }

  /** Signed by its own key. */
  X509Certificate selfSigned(PrivateKey own) throws GeneralSecurityException {
    return signed(subject, key, own);
  }

  /** Signed by an authority. */
  X509Certificate signedBy(X509Certificate issuer, PrivateKey issuerKey)
      throws GeneralSecurityException {
    return signed(issuer.getSubjectX500Principal().getEncoded(), issuer.getPublicKey(), issuerKey);
  }

  static byte[] name(String organization) {
    return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.10"), Der.utf8(organization))));
  }

  private X509Certificate signed(byte[] issuer, PublicKey issuerKey, PrivateKey signingKey)
      throws GeneralSecurityException {
    boolean ec = signingKey.getAlgorithm().equals("EC");
    byte[] algorithm =
        ec
            ? Der.sequence(Der.oid(sha1 ? ECDSA_WITH_SHA1 : ECDSA_WITH_SHA256))
            : Der.sequence(Der.oid(sha1 ? SHA1_WITH_RSA : SHA256_WITH_RSA), Der.nothing());
    List<byte[]> all = new ArrayList<>(extensions);
    all.add(encoded("2.5.29.14", false, Der.octets(keyId(key))));
    all.add(encoded("2.5.29.35", false, Der.sequence(Der.primitive(0, keyId(issuerKey)))));
    byte[] toBeSigned =
        Der.sequence(
            Der.constructed(0, Der.integer(2)),
            Der.integer(new BigInteger(127, RANDOM).setBit(126)),
            algorithm,
            issuer,
            Der.sequence(Der.time(notBefore), Der.time(notAfter)),
            subject,
            key.getEncoded(),
            Der.constructed(3, Der.sequence(all.toArray(new byte[0][]))));
    Signature signature =
        Signature.getInstance((sha1 ? "SHA1with" : "SHA256with") + (ec ? "ECDSA" : "RSA"));
    signature.initSign(signingKey);
    signature.update(toBeSigned);
    byte[] certificate = Der.sequence(toBeSigned, algorithm, Der.bits(signature.sign(), 0));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate));
  }

  /** Any name for the key serves; this one is the hash of the whole SubjectPublicKeyInfo. */
  private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
    return java.util.Arrays.copyOf(hash, 20);
  }

  private CertificateDraft extension(String oid, boolean critical, byte[] content) {
    extensions.add(encoded(oid, critical, content));
    return this;
  }

  private static byte[] encoded(String oid, boolean critical, byte[] content) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(content))
        : Der.sequence(Der.oid(oid), Der.octets(content));
  }
}
