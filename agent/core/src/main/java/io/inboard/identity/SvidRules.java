// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What makes a certificate an X.509-SVID (the standard of that name, sections 2, 4 and 5), beyond
 * the path validation of RFC 5280 that a trust manager does. Held against peers and against
 * ourselves.
 */
final class SvidRules {
  private static final int URI_NAME = 6;
  private static final String KEY_USAGE = "2.5.29.15";
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
      throw new CertificateException("names the trust domain " + id + " instead of a workload");
    }
    if (certificate.getBasicConstraints() >= 0) {
      throw new CertificateException("of " + id + " is a CA's (CA:TRUE), not a workload's");
    }
    boolean[] usage = certificate.getKeyUsage();
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    if (usage == null || critical == null || !critical.contains(KEY_USAGE)) {
      throw new CertificateException("of " + id + " has no critical key usage");
    }
    if (!usage[DIGITAL_SIGNATURE]) {
      throw new CertificateException("of " + id + " has a key usage without digital signature");
    }
    if (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
      throw new CertificateException(
          "of " + id + " has a key usage of a CA (certificate or CRL sign)");
    }
    List<String> purposes = certificate.getExtendedKeyUsage();
    if (purposes != null
        && !(purposes.contains(CertificateDraft.SERVER_AUTH)
            && purposes.contains(CertificateDraft.CLIENT_AUTH))) {
      throw new CertificateException(
          "of " + id + " has an extended key usage without both server and client authentication");
    }
    return id;
  }

  /** The one URI name, read strictly. */
  static SpiffeId idOf(X509Certificate certificate) throws CertificateException {
    List<String> uris = uris(certificate);
    if (uris.size() != 1) {
      throw new CertificateException(
          "has " + uris.size() + " URI names (SAN) instead of one, its SPIFFE id");
    }
    try {
      return SpiffeId.parse(uris.get(0));
    } catch (IllegalArgumentException e) {
      throw new CertificateException("is no SPIFFE identity: " + e.getMessage());
    }
  }

  /**
   * A certificate that signs others: CA:TRUE, key usage certificate sign where it has a key usage
   * at all (OpenSSL's own roots have none, which RFC 5280 section 4.2.1.3 reads as any), and a
   * SPIFFE id without a path if any.
   */
  static void authority(X509Certificate certificate) throws CertificateException {
    if (certificate.getBasicConstraints() < 0) {
      throw new CertificateException("is not a CA's (no CA:TRUE)");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      throw new CertificateException("has a key usage without certificate sign");
    }
    for (String uri : uris(certificate)) {
      if (uri.toLowerCase(Locale.ROOT).startsWith("spiffe://")) {
        try {
          if (!SpiffeId.parse(uri).path().isEmpty()) {
            throw new CertificateException("is a CA's with the SPIFFE id of a workload");
          }
        } catch (IllegalArgumentException e) {
          throw new CertificateException("has no proper SPIFFE id: " + e.getMessage());
        }
      }
    }
  }

  /** Not before and not after, with an instant in the message. */
  static void valid(X509Certificate certificate, Instant now) throws CertificateException {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new CertificateException("expired at " + certificate.getNotAfter().toInstant());
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new CertificateException(
          "is not valid before " + certificate.getNotBefore().toInstant());
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
