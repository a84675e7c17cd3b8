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
 * Whom one generation trusts: its roots, for its own trust domain and no other. Safe for use by any
 * thread.
 */
final class TrustBundle {
  private final List<X509Certificate> roots;
  private final String trustDomain;
  private final Clock clock;

  /** Replaced as a whole when a root expires; racing threads make equal ones. */
  private volatile Anchors anchors;

  TrustBundle(KeyMaterial material, Clock clock) {
    this.roots = material.bundle();
    this.trustDomain = material.trustDomain();
    this.clock = clock;
  }

  X509Certificate[] roots() {
    return roots.toArray(new X509Certificate[0]);
  }

  /**
   * The SPIFFE id of a leaf, after all checks that need no other certificate: those of an
   * X.509-SVID, validity, and our trust domain. Needed also where no trust manager is asked: after
   * a resumption.
   */
  PeerIdentity identify(X509Certificate leaf) throws CertificateException {
    try {
      SpiffeId id = SvidRules.leaf(leaf);
      SvidRules.valid(leaf, clock.instant());
      if (!id.trustDomain().equals(trustDomain)) {
        throw new PeerRefusedException(
            Refusal.WRONG_TRUST_DOMAIN,
            "of " + id + " is of another trust domain than ours, " + trustDomain);
      }
      Strength.ofKey(leaf);
      Strength.ofSignature(leaf);
      return new PeerIdentity(id.toString(), leaf);
    } catch (CertificateException e) {
      throw new PeerRefusedException(
          reason(e, Refusal.NO_SPIFFE_IDENTITY), "the peer's certificate " + e.getMessage(), e);
    }
  }

  /**
   * The authorities that a peer sent between its leaf and our root.
   *
   * @param chain leaf first
   * @param purpose what the chain is for, as an extended key usage names it
   */
  void checkAuthorities(X509Certificate[] chain, PeerIdentity peer, String purpose)
      throws CertificateException {
    for (int i = 1; i < chain.length; i++) {
      try {
        // A peer may send its root, too; ours is trusted as it is.
        if (roots.contains(chain[i])) {
          SvidRules.authority(chain[i]);
        } else {
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

  private static Refusal reason(CertificateException e, Refusal otherwise) {
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
   * are those of other trust domains, which a bundle for several has.
   */
  private Anchors anchors(Instant now) throws CertificateException {
    List<X509Certificate> valid = new ArrayList<>();
    Instant until = Instant.MAX;
    for (X509Certificate root : roots) {
      Instant end = root.getNotAfter().toInstant();
      if (!now.isAfter(end) && SvidRules.serves(root, trustDomain)) {
        valid.add(root);
        until = end.isBefore(until) ? end : until;
      }
    }
    if (valid.isEmpty()) {
      throw new PeerRefusedException(
          Refusal.UNTRUSTED_ROOT, "every certificate of our trust bundle has expired");
    }
    try {
      return new Anchors(until, Jsse.pkix(valid));
    } catch (GeneralSecurityException e) {
      throw new PeerRefusedException(
          Refusal.UNTRUSTED_ROOT, "our trust bundle cannot be used: " + e.getMessage(), e);
    }
  }

  private record Anchors(Instant until, X509ExtendedTrustManager pkix) {}
}
