// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.Printable;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One look at the three files: either material that may be used, or all that is wrong with them, a
 * clear line each. Used by one thread, once.
 */
final class KeyMaterialReader {
  private final PemFiles files;
  private final Instant now;
  private final List<IdentityCheck.Finding> problems = new ArrayList<>();

  // Each stays as it is where its file has a problem.
  private List<X509Certificate> chain = List.of();
  private List<X509Certificate> bundle = List.of();
  private PrivateKey key;
  private SpiffeId id;
  private String trustDomain;

  /**
   * @param trustDomain as the settings say it; empty: that of the certificate
   */
  KeyMaterialReader(PemFiles files, String trustDomain, Instant now) {
    this.files = files;
    this.trustDomain = trustDomain.toLowerCase(Locale.ROOT);
    this.now = now;
    readChain();
    readKey();
    readBundle();
    checkIntermediates();
  }

  /** All that is wrong, in the order chain, key, bundle; empty when the set may be used. */
  List<IdentityCheck.Finding> problems() {
    return List.copyOf(problems);
  }

  private void problem(String key, String text) {
    problems.add(new IdentityCheck.Finding(key, Printable.text(text)));
  }

  List<X509Certificate> chain() {
    return chain;
  }

  List<X509Certificate> bundle() {
    return bundle;
  }

  /**
   * The material, without a number.
   *
   * @throws IdentityException with the first problem
   */
  KeyMaterial material() throws IdentityException {
    if (!problems.isEmpty()) {
      throw new IdentityException(problems.get(0).text());
    }
    return new KeyMaterial(0, id, chain, key, TrustBundles.of(trustDomain, bundle));
  }

  private void readChain() {
    String path = files.chain().path();
    try {
      chain = files.chain().pem().certificates();
    } catch (IdentityException e) {
      problem(IdentityCheck.CHAIN, e.getMessage());
      return;
    }
    try {
      SvidRules.valid(chain.get(0), now);
    } catch (CertificateException e) {
      problem(
          IdentityCheck.CHAIN,
          path + ": the certificate " + e.getMessage() + "; issue a new one, or mend the clock");
    }
    try {
      id = SvidRules.leaf(chain.get(0));
      if (trustDomain.isEmpty()) {
        trustDomain = id.trustDomain();
      } else if (!trustDomain.equals(id.trustDomain())) {
        problem(
            IdentityCheck.CHAIN,
            path
                + ": the certificate is of the trust domain "
                + id.trustDomain()
                + ", but identity.trustDomain says "
                + trustDomain
                + "; make them agree");
      }
    } catch (CertificateException e) {
      problem(
          IdentityCheck.CHAIN,
          path
              + ": the certificate "
              + e.getMessage()
              + "; the first certificate must be the workload's, and a SPIFFE X.509-SVID");
    }
    try {
      Strength.ofKey(chain.get(0));
      Strength.ofSignature(chain.get(0));
    } catch (CertificateException e) {
      problem(IdentityCheck.CHAIN, path + ": the certificate " + mended(e, "issue another one"));
    }
  }

  /** After the bundle, whose roots may stand in the chain, too. */
  private void checkIntermediates() {
    for (int i = 1; i < chain.size() && id != null; i++) {
      try {
        if (bundle.contains(chain.get(i))) {
          SvidRules.authority(chain.get(i));
        } else {
          SvidRules.intermediate(chain.get(i), id.trustDomain());
          SvidRules.serves(
              chain.get(i), List.of(CertificateDraft.CLIENT_AUTH, CertificateDraft.SERVER_AUTH));
        }
      } catch (CertificateException e) {
        authorityProblem(IdentityCheck.CHAIN, files.chain().path(), i + 1, e);
      }
    }
  }

  private void readKey() {
    try {
      PublicKey certified = chain.isEmpty() ? null : chain.get(0).getPublicKey();
      key = PrivateKeys.of(files.key().pem(), certified);
      if (certified != null && !PrivateKeys.match(key, certified)) {
        problem(
            IdentityCheck.KEY,
            files.key().path()
                + " does not match the first certificate of "
                + files.chain().path()
                + "; write both files from the same issuance");
      }
    } catch (IdentityException e) {
      problem(IdentityCheck.KEY, e.getMessage());
    }
  }

  private void readBundle() {
    String path = files.bundle().path();
    try {
      bundle = files.bundle().pem().certificates();
    } catch (IdentityException e) {
      problem(IdentityCheck.BUNDLE, e.getMessage());
      return;
    }
    boolean usable = false;
    boolean ours = false;
    for (int i = 0; i < bundle.size(); i++) {
      X509Certificate root = bundle.get(i);
      try {
        SvidRules.authority(root);
        ours |= id == null || SvidRules.serves(root, id.trustDomain());
      } catch (CertificateException e) {
        ours = true;
        authorityProblem(IdentityCheck.BUNDLE, path, i + 1, e);
      }
      usable |= !now.isAfter(root.getNotAfter().toInstant());
    }
    if (!ours) {
      problem(
          IdentityCheck.BUNDLE,
          path
              + ": every certificate of the trust bundle is of another trust domain than ours, "
              + id.trustDomain()
              + "; add the root of ours");
    }
    if (!usable) {
      problem(
          IdentityCheck.BUNDLE,
          path + ": every certificate of the trust bundle has expired; issue new roots");
    }
  }

  private void authorityProblem(String key, String path, int number, CertificateException e) {
    problem(key, path + ": certificate " + number + " " + mended(e, "remove or replace it"));
  }

  /** With what to do, unless the message says that itself: nothing is wrong with the file then. */
  private static String mended(CertificateException e, String hint) {
    String message = e.getMessage();
    return message.endsWith(EllipticCurves.MISSING) ? message : message + "; " + hint;
  }
}
