// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/** The value of {@code x-forwarded-client-cert}, in the form of Envoy's documentation of it. */
public final class ForwardedClientCert {
  /** The name of the header. */
  public static final String HEADER = "x-forwarded-client-cert";

  private ForwardedClientCert() {}

  /**
   * {@code By=OUR_ID;Hash=SHA-256 of the peer's certificate;Subject="..";URI=PEER_ID}.
   *
   * @param self our own id
   */
  public static String of(PeerIdentity peer, SpiffeId self) {
    String subject = peer.certificate().getSubjectX500Principal().getName(X500Principal.RFC2253);
    return "By="
        + self
        + ";Hash="
        + hash(peer)
        + ";Subject=\""
        + subject.replace("\"", "\\\"")
        + "\";URI="
        + peer.id();
  }

  private static String hash(PeerIdentity peer) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(peer.certificate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256, and certificates encode", e);
    }
  }
}
