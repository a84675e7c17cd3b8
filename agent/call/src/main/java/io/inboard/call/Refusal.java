// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;

/**
 * Why a connection is refused before it has a request, or a peer's identity is not believed. A
 * closed set: log lines, {@code status} and metrics count by it, and nothing that a peer sends can
 * make it grow.
 */
public enum Refusal {
  /** Plaintext on a port that takes mutual TLS only. */
  PLAINTEXT("plaintext"),
  /**
   * The same by a listener of the server's that the mesh cannot secure: whatever a peer did, no
   * handshake with it would be answered.
   */
  UNSECURED_LISTENER("plaintext by a listener that the mesh does not secure"),
  /** TLS without a client certificate. */
  NO_CERTIFICATE("no certificate"),
  /** A chain that does not lead to a root of our bundle. */
  UNTRUSTED_ROOT("untrusted root"),
  /** A root that was in our bundle when the connection began. */
  NO_LONGER_TRUSTED("no longer trusted"),
  /** A certificate after its time, or before it. */
  EXPIRED("expired"),
  /**
   * A SPIFFE id, of the peer or of an authority in its chain, of a trust domain that is not ours.
   */
  WRONG_TRUST_DOMAIN("wrong trust domain"),
  /** A key or a signature that is too weak to prove anything. */
  WEAK("weak key or signature"),
  /** A certificate against the rules of X.509-SVIDs: no SPIFFE id, a CA's, wrong usages. */
  NO_SPIFFE_IDENTITY("no SPIFFE identity"),
  /** A good identity, but not the one that is expected. */
  UNEXPECTED_PEER("another identity than expected"),
  /** We have no usable identity of our own to answer with. */
  NO_IDENTITY_OF_OURS("no usable identity of our own"),
  /** The handshake did not end in time. */
  TIMEOUT("handshake timeout"),
  /** Anything else that ends a handshake: no common version, a broken record, an alert. */
  HANDSHAKE("handshake failure");

  /** Chains of causes are short; a circle must not hold us. */
  private static final int MAX_CAUSES = 20;

  private final String text;

  Refusal(String text) {
    this.text = text;
  }

  /** Some plain words in lower case, for log lines and {@code status}. */
  public String text() {
    return text;
  }

  /**
   * The reason behind what ended a handshake.
   *
   * @param error as the JDK's TLS or a plan of ours threw it
   */
  public static Refusal of(Throwable error) {
    Throwable cause = error;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
      if (cause instanceof PeerRefusedException refused) {
        return refused.refusal();
      }
      if (cause instanceof SocketTimeoutException) {
        return TIMEOUT;
      }
      // JSSE has no type for it (CertificateMessage of TLS 1.2 and 1.3, JDK 17 to 27).
      if (cause instanceof SSLException
          && cause.getMessage() != null
          && cause.getMessage().contains("Empty client certificate chain")) {
        return NO_CERTIFICATE;
      }
    }
    return HANDSHAKE;
  }
}
