// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges a peer by its SPIFFE id: the rules of an X.509-SVID, our trust domain, the path to one of
 * our roots, and what whoever expects it asks. It is not asked for a resumed session.
 */
final class SpiffeTrustManager extends X509ExtendedTrustManager {
  private final TrustBundle bundle;
  private final Expectation expectation;

  SpiffeTrustManager(TrustBundle bundle, Expectation expectation) {
    this.bundle = bundle;
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

  private void check(X509Certificate[] chain, Path path) throws CertificateException {
    PeerIdentity peer = bundle.identify(chain[0]);
    for (int i = 1; i < chain.length; i++) {
      try {
        SvidRules.authority(chain[i]);
      } catch (CertificateException e) {
        throw new CertificateException(
            "certificate " + (i + 1) + " of the chain of " + peer + " " + e.getMessage(), e);
      }
    }
    try {
      path.check(bundle.pkix());
    } catch (CertificateException e) {
      throw new CertificateException(
          "the peer's certificate of " + peer + " is not trusted by our bundle: " + e.getMessage(),
          e);
    }
    expectation.check(peer);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, pkix -> pkix.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, pkix -> pkix.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, pkix -> pkix.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, pkix -> pkix.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, pkix -> pkix.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, pkix -> pkix.checkServerTrusted(chain, type));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return bundle.roots();
  }
}
