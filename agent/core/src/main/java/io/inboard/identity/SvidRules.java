// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What makes a certificate an X.509-SVID (the standard of that name, sections 2, 4 and 5), beyond
 * the path validation of RFC 5280 that a trust manager does. Applied to peers and to our own
 * certificate.
 */
final class SvidRules {
  private static final int URI_NAME = 6;
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  private SvidRules() {}

  /**
   * The id of a workload's certificate.
   *
   * @throws CertificateException says, after "the certificate", what is against the rules
   */
  static SpiffeId leaf(X509Certificate certificate) throws CertificateException {
    SpiffeId id = idOf(certificate);
    if (id.path().isEmpty()) {
      throw against("names the trust domain " + id + " instead of a workload");
    }
    if (certificate.getBasicConstraints() >= 0) {
      throw against("of " + id + " is a CA's (CA:TRUE), not a workload's");
    }
    boolean[] usage = certificate.getKeyUsage();
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (usage == null || critical == null || !critical.contains(KEY_USAGE)) {
      throw against("of " + id + " has no critical key usage");
    }
    if (!usage[DIGITAL_SIGNATURE]) {
      throw against("of " + id + " has a key usage without digital signature");
    }
    if (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
      throw against("of " + id + " has a key usage of a CA (certificate or CRL sign)");
    }
    List<String> purposes = certificate.getExtendedKeyUsage();
    if (purposes != null
        && !(purposes.contains(CertificateDraft.SERVER_AUTH)
            && purposes.contains(CertificateDraft.CLIENT_AUTH))) {
      throw against(
          "of " + id + " has an extended key usage without both server and client authentication");
    }
    return id;
  }

  /** The one URI name, read strictly. */
  static SpiffeId idOf(X509Certificate certificate) throws CertificateException {
    List<String> uris = uris(certificate);
    if (uris.size() != 1) {
      throw against("has " + uris.size() + " URI names (SAN) instead of one, its SPIFFE id");
    }
    try {
      return SpiffeId.parse(uris.get(0));
    } catch (IllegalArgumentException e) {
      throw against("is no SPIFFE identity: " + e.getMessage());
    }
  }

  /**
   * A root: CA:TRUE, key usage certificate sign where it has a key usage at all (OpenSSL's own
   * roots have none, which RFC 5280 section 4.2.1.3 reads as any), a SPIFFE id without a path if
   * any, and a strong key.
   *
   * @throws PeerRefusedException says, after "certificate 1", what is against the rules
   */
  static void authority(X509Certificate certificate) throws CertificateException {
    if (certificate.getBasicConstraints() < 0) {
      throw against("is not a CA's (no CA:TRUE)");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      throw against("has a key usage without certificate sign");
    }
    for (SpiffeId id : idsOf(certificate)) {
      if (!id.path().isEmpty()) {
        throw against("is a CA's with the SPIFFE id of a workload, " + id);
      }
    }
    Strength.ofKey(certificate);
  }

  /**
   * A certificate between a leaf and a root: what a root must be; a key usage, which is required
   * here since nobody chose to trust it by hand (X.509-SVID section 4.3; the authorities of Istio
   * and SPIRE have one); of the trust domain of what it signs, if of any; and strongly signed.
   *
   * @throws PeerRefusedException says, after "certificate 2", what is against the rules
   */
  static void intermediate(X509Certificate certificate, String trustDomain)
      throws CertificateException {
    authority(certificate);
    if (certificate.getKeyUsage() == null) {
      throw against("has no key usage, which must say certificate sign");
    }
    if (!serves(certificate, trustDomain)) {
      throw new PeerRefusedException(
          Refusal.WRONG_TRUST_DOMAIN,
          "is an authority of "
              + idsOf(certificate).get(0)
              + ", which is another trust domain than that of the certificate, "
              + trustDomain);
    }
    Strength.ofSignature(certificate);
  }

  /**
   * An intermediate may have an extended key usage, which then bounds what it signs (RFC 5280
   * section 4.2.1.12, as OpenSSL and Go's crypto/x509 read it; the JDK looks at the leaf's only).
   *
   * @param purposes which it has to allow
   * @throws PeerRefusedException says, after "certificate 2", which one it excludes
   */
  static void serves(X509Certificate intermediate, List<String> purposes)
      throws CertificateException {
    List<String> allowed = intermediate.getExtendedKeyUsage();
    if (allowed == null || allowed.contains(ANY_PURPOSE)) {
      return;
    }
    for (String purpose : purposes) {
      if (!allowed.contains(purpose)) {
        throw against(
            "has an extended key usage without "
                + (purpose.equals(CertificateDraft.CLIENT_AUTH) ? "client" : "server")
                + " authentication");
      }
    }
  }

  /** Whether an authority may speak for a trust domain: it names that one, or none. */
  static boolean serves(X509Certificate authority, String trustDomain) throws CertificateException {
    for (SpiffeId id : idsOf(authority)) {
      if (!id.trustDomain().equals(trustDomain)) {
        return false;
      }
    }
    return true;
  }

  /** The SPIFFE ids of an authority, which may have other URI names beside them. */
  private static List<SpiffeId> idsOf(X509Certificate authority) throws CertificateException {
    List<SpiffeId> ids = new ArrayList<>();
    for (String uri : uris(authority)) {
      if (uri.regionMatches(true, 0, "spiffe:", 0, "spiffe:".length())) {
        try {
          ids.add(SpiffeId.parse(uri));
        } catch (IllegalArgumentException e) {
          throw against("has no proper SPIFFE id: " + e.getMessage());
        }
      }
    }
    return ids;
  }

  private static PeerRefusedException against(String what) {
    return new PeerRefusedException(Refusal.NO_SPIFFE_IDENTITY, what);
  }

  /** Not before and not after, with an instant in the message. */
  static void valid(X509Certificate certificate, Instant now) throws CertificateException {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new PeerRefusedException(
          Refusal.EXPIRED, "expired at " + certificate.getNotAfter().toInstant());
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new PeerRefusedException(
          Refusal.EXPIRED, "is not valid before " + certificate.getNotBefore().toInstant());
    }
  }

  private static List<String> uris(X509Certificate certificate) throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    List<String> uris = new ArrayList<>();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0) instanceof Integer type && type == URI_NAME) {
          uris.add(String.valueOf(name.get(1)));
        }
      }
    }
    return uris;
  }
}
