// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

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
  private final String trustDomain;
  private final List<X509Certificate> chain;
  private final PrivateKey key;
  private final List<X509Certificate> bundle;

  KeyMaterial(
      long generation,
      SpiffeId id,
      String trustDomain,
      List<X509Certificate> chain,
      PrivateKey key,
      List<X509Certificate> bundle) {
    this.generation = generation;
    this.id = id;
    this.trustDomain = trustDomain;
    this.chain = List.copyOf(chain);
    this.key = key;
    this.bundle = List.copyOf(bundle);
  }

  /** The same as the generation of this number. */
  KeyMaterial numbered(long number) {
    return new KeyMaterial(number, id, trustDomain, chain, key, bundle);
  }

  /** 1 for the first of this process; grows by one with every change of a file that was taken. */
  public long generation() {
    return generation;
  }

  /** Who we are. */
  public SpiffeId id() {
    return id;
  }

  /** Peers of another one are not trusted. */
  public String trustDomain() {
    return trustDomain;
  }

  /** From when on our own certificate is valid. */
  Instant notBefore() {
    return chain.get(0).getNotBefore().toInstant();
  }

  /** When our own certificate expires. */
  public Instant notAfter() {
    return chain.get(0).getNotAfter().toInstant();
  }

  /** Leaf first. */
  List<X509Certificate> chain() {
    return chain;
  }

  PrivateKey key() {
    return key;
  }

  /** Whom to trust; at least one. */
  List<X509Certificate> bundle() {
    return bundle;
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "generation " + generation + " of " + id + ", valid until " + notAfter();
  }
}
