// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/** The value of {@code x-forwarded-client-cert}, in the form of Envoy's documentation of it. */
public final class ForwardedClientCert {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private ForwardedClientCert() {}

  /**
   * {@code By=OUR_ID;Hash=SHA-256 of the peer's certificate;Subject="..";URI=PEER_ID}.
   *
   * @param self our own id
   */
  public static String of(PeerIdentity peer, SpiffeId self) {
    return "By="
        + self
        + ";Hash="
        + hash(peer)
        + ";Subject=\""
        + subject(peer.certificate().getSubjectX500Principal())
        + "\";URI="
        + peer.id();
  }

  /**
   * As Envoy prints it (X509_NAME_print_ex with XN_FLAG_RFC2253). The JDK escapes quotes,
   * backslashes and separators as RFC 2253 section 2.4 says, and more of {@code =} and {@code #}
   * than that; what is no printable ASCII it passes on, which is written as {@code \0D}, byte by
   * byte of its UTF-8, so that it ends neither the value nor the header.
   */
  private static String subject(X500Principal principal) {
    byte[] name = principal.getName(X500Principal.RFC2253).getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(name.length);
    for (int i = 0; i < name.length; i++) {
      byte b = name[i];
      if (b == '\\' && i + 1 < name.length) {
        byte escaped = name[++i];
        boolean needed = escaped == '#' ? name[i - 2] == '=' : escaped != '=';
        out.append(needed ? "\\" : "").append((char) escaped);
      } else if (b >= ' ' && b < 0x7f) {
        out.append((char) b);
      } else {
        out.append('\\').append(HEX.toHexDigits(b));
      }
    }
    return out.toString();
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
