// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.security.cert.X509Certificate;
import java.util.Objects;

/**
 * Who the other side of a connection proved to be.
 *
 * @param id the SPIFFE id, for instance {@code spiffe://cluster.local/ns/shop/sa/web}; {@code
 *     https://} and the host for a server that proved a DNS name only
 * @param certificate the leaf certificate that carries it
 */
public record PeerIdentity(String id, X509Certificate certificate) {
  public PeerIdentity {
    Objects.requireNonNull(id);
    Objects.requireNonNull(certificate);
  }

  /** The id without its scheme, as Istio's {@code principals} write it. */
  public String principal() {
    return id.substring(id.indexOf("://") + "://".length());
  }

  @Override
  public String toString() {
    return id;
  }
}
