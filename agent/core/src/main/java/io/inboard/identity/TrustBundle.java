// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The roots of one trust domain, which vouch for its ids and for no others. Safe for use by any
 * thread.
 */
final class TrustBundle {
  private final String trustDomain;
  private final List<X509Certificate> roots;
  private final Clock clock;

  /** Replaced as a whole when a root expires; racing threads make equal ones. */
  private volatile Anchors anchors;

  TrustBundle(String trustDomain, List<X509Certificate> roots, Clock clock) {
    this.trustDomain = trustDomain;
    this.roots = roots;
    this.clock = clock;
  }

  /**
   * The authorities that a peer sent between its leaf and a root of this bundle.
   *
   * @param chain leaf first
   * @param purpose what the chain is for, as an extended key usage names it
   */
  void checkAuthorities(X509Certificate[] chain, PeerIdentity peer, String purpose)
      throws CertificateException {
    for (int i = 1; i < chain.length; i++) {
      try {
        // A peer may send its root, too; ours is trusted as it is. But a certificate of our bundle
        // that names another trust domain is no root of this one: it is judged as an intermediate.
        if (!(roots.contains(chain[i]) && mayVouch(chain[i]))) {
          SvidRules.intermediate(chain[i], trustDomain);
          SvidRules.serves(chain[i], List.of(purpose));
        }
      } catch (CertificateException e) {
        throw new PeerRefusedException(
            reason(e, Refusal.NO_SPIFFE_IDENTITY),
            "certificate " + (i + 1) + " of the chain of " + peer + " " + e.getMessage(),
            e);
      }
    }
  }

  static Refusal reason(CertificateException e, Refusal otherwise) {
    return e instanceof PeerRefusedException refused ? refused.refusal() : otherwise;
  }

  /** RFC 5280's path validation against the roots that have not expired. */
  X509ExtendedTrustManager pkix() throws CertificateException {
    Anchors current = anchors;
    Instant now = clock.instant();
    if (current == null || now.isAfter(current.until)) {
      current = anchors(now);
      anchors = current;
    }
    return current.pkix;
  }

  /**
   * The JDK does not look at the validity of a trust anchor, so expired ones are left out here; as
   * are those of other trust domains, which a bundle for several has, and those that must not be
   * roots at all.
   */
  private Anchors anchors(Instant now) throws CertificateException {
    List<X509Certificate> valid = new ArrayList<>();
    Instant until = Instant.MAX;
    for (X509Certificate root : roots) {
      Instant end = root.getNotAfter().toInstant();
      if (!now.isAfter(end) && mayVouch(root)) {
        valid.add(root);
        until = end.isBefore(until) ? end : until;
      }
    }
    if (valid.isEmpty()) {
      throw new PeerRefusedException(
          Refusal.UNTRUSTED_ROOT,
          roots.isEmpty()
              ? "our trust bundle of " + trustDomain + " is empty"
              : "no certificate of our trust bundle of "
                  + trustDomain
                  + " is valid now and may vouch for it");
    }
    try {
      return new Anchors(until, Jsse.pkix(valid));
    } catch (GeneralSecurityException e) {
      throw new PeerRefusedException(
          Refusal.UNTRUSTED_ROOT, "our trust bundle cannot be used: " + e.getMessage(), e);
    }
  }

  private boolean mayVouch(X509Certificate root) {
    try {
      SvidRules.authority(root);
      return SvidRules.serves(root, trustDomain);
    } catch (CertificateException e) {
      return false;
    }
  }

  private record Anchors(Instant until, X509ExtendedTrustManager pkix) {}
}
