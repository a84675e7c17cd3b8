// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Checks a peer by its SPIFFE id: the rules of an X.509-SVID, its trust domain, the path to a root
 * of that domain, and the principals that the caller expects. It is not asked for a resumed
 * session.
 */
final class SpiffeTrustManager extends X509ExtendedTrustManager {
  private final PeerTrust trust;
  private final Expectation expectation;

  SpiffeTrustManager(PeerTrust trust, Expectation expectation) {
    this.trust = trust;
    this.expectation = expectation;
  }

  /** Asked after everything else was found right. */
  @FunctionalInterface
  interface Expectation {
    void check(PeerIdentity peer) throws CertificateException;
  }

  /** The path validation, in one of the six forms that the JDK asks. */
  @FunctionalInterface
  private interface Path {
    void check(X509ExtendedTrustManager pkix) throws CertificateException;
  }

  private void check(X509Certificate[] chain, String purpose, Path path)
      throws CertificateException {
    PeerIdentity peer = trust.identify(chain[0]);
    TrustBundle bundle = trust.bundleFor(peer);
    bundle.checkAuthorities(chain, peer, purpose);
    try {
      path.check(bundle.pkix());
    } catch (PeerRefusedException e) {
      throw e;
    } catch (CertificateException e) {
      throw new PeerRefusedException(
          reason(e),
          "the peer's certificate of " + peer + " is not trusted by our bundle: " + e.getMessage(),
          e);
    }
    expectation.check(peer);
  }

  /** What the JDK's path validation found. */
  private static Refusal reason(CertificateException e) {
    Throwable cause = e;
    while (cause != null && !(cause instanceof CertPathValidatorException)) {
      cause = cause.getCause();
    }
    if (cause instanceof CertPathValidatorException path) {
      CertPathValidatorException.Reason reason = path.getReason();
      if (reason == BasicReason.EXPIRED || reason == BasicReason.NOT_YET_VALID) {
        return Refusal.EXPIRED;
      }
      if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
        return Refusal.WEAK;
      }
    }
    return Refusal.UNTRUSTED_ROOT;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(
        chain, CertificateDraft.CLIENT_AUTH, pkix -> pkix.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(
        chain, CertificateDraft.CLIENT_AUTH, pkix -> pkix.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, CertificateDraft.CLIENT_AUTH, pkix -> pkix.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(
        chain, CertificateDraft.SERVER_AUTH, pkix -> pkix.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(
        chain, CertificateDraft.SERVER_AUTH, pkix -> pkix.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, CertificateDraft.SERVER_AUTH, pkix -> pkix.checkServerTrusted(chain, type));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.roots();
  }
}
