// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whom one generation trusts. Every question is answered by the bundle of the trust domain that the
 * peer's SPIFFE id names, and by no other. Safe for use by any thread.
 */
final class PeerTrust {
  private final TrustBundles bundles;
  private final Clock clock;
  private final Map<String, TrustBundle> byDomain = new HashMap<>();

  PeerTrust(TrustBundles bundles, Clock clock) {
    this.bundles = bundles;
    this.clock = clock;
    bundles
        .byDomain()
        .forEach((domain, roots) -> byDomain.put(domain, new TrustBundle(domain, roots, clock)));
  }

  /** Our own trust domain. */
  String ownDomain() {
    return bundles.own();
  }

  /** Of all domains, for a server's hint to its clients. */
  X509Certificate[] roots() {
    List<X509Certificate> roots = new ArrayList<>();
    bundles.byDomain().values().forEach(roots::addAll);
    return roots.toArray(new X509Certificate[0]);
  }

  /**
   * The SPIFFE id of a leaf, after all checks that need no other certificate: those of an
   * X.509-SVID, validity, and that its trust domain is ours or one federated with it. Needed also
   * where no trust manager is asked: after a resumption.
   */
  PeerIdentity identify(X509Certificate leaf) throws CertificateException {
    try {
      SpiffeId id = SvidRules.leaf(leaf);
      SvidRules.valid(leaf, clock.instant());
      if (!byDomain.containsKey(id.trustDomain())) {
        throw new PeerRefusedException(
            Refusal.WRONG_TRUST_DOMAIN,
            "of " + id + " is of another trust domain than ours, " + bundles);
      }
      Strength.ofKey(leaf);
      Strength.ofSignature(leaf);
      return new PeerIdentity(id.toString(), leaf);
    } catch (CertificateException e) {
      throw new PeerRefusedException(
          TrustBundle.reason(e, Refusal.NO_SPIFFE_IDENTITY),
          "the peer's certificate " + e.getMessage(),
          e);
    }
  }

  /**
   * The bundle that vouches for a peer.
   *
   * @param peer see {@link #identify}
   */
  TrustBundle bundleFor(PeerIdentity peer) throws CertificateException {
    TrustBundle bundle = byDomain.get(SpiffeId.parse(peer.id()).trustDomain());
    if (bundle == null) {
      throw new PeerRefusedException(
          Refusal.WRONG_TRUST_DOMAIN, peer + " is of another trust domain than ours, " + bundles);
    }
    return bundle;
  }
}
