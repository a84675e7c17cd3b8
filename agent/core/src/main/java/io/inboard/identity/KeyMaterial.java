// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.PeerIdentity;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * One generation of what this JVM proves and trusts. Made only of a set that is whole, fits
 * together and obeys the rules. Immutable.
 */
public final class KeyMaterial {
  private final long generation;
  private final SpiffeId id;
  private final List<X509Certificate> chain;
  private final PrivateKey key;
  private final TrustBundles bundles;

  KeyMaterial(
      long generation,
      SpiffeId id,
      List<X509Certificate> chain,
      PrivateKey key,
      TrustBundles bundles) {
    this.generation = generation;
    this.id = id;
    this.chain = List.copyOf(chain);
    this.key = key;
    this.bundles = bundles;
  }

  /** The same as the generation of this number. */
  KeyMaterial numbered(long number) {
    return new KeyMaterial(number, id, chain, key, bundles);
  }

  /** 1 for the first of this process; grows by one with every change of a file that was taken. */
  public long generation() {
    return generation;
  }

  /** Who we are. */
  public SpiffeId id() {
    return id;
  }

  /** Our own; peers of others are trusted only if there is a bundle of theirs. */
  public String trustDomain() {
    return bundles.own();
  }

  /** From when on our own certificate is valid. */
  Instant notBefore() {
    return chain.get(0).getNotBefore().toInstant();
  }

  /** When our own certificate expires. */
  public Instant notAfter() {
    return chain.get(0).getNotAfter().toInstant();
  }

  /** What a peer knows of us. */
  public PeerIdentity proven() {
    return new PeerIdentity(id.toString(), chain.get(0));
  }

  /** Leaf first. */
  List<X509Certificate> chain() {
    return chain;
  }

  PrivateKey key() {
    return key;
  }

  /** Whom to trust. */
  TrustBundles bundles() {
    return bundles;
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "generation " + generation + " of " + id + ", valid until " + notAfter();
  }
}
