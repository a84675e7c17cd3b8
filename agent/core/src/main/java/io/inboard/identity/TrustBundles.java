// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Whom to trust: the roots of each trust domain (the SPIFFE trust domain and bundle standard,
 * section 4.4). A root vouches for the ids of its own domain and for no others, so a certificate is
 * validated against the bundle of the domain that its id names. Immutable.
 *
 * <p>The settings' PEM file is the bundle of our own domain; a control plane or the SPIFFE Workload
 * API brings those of federated ones, too.
 */
final class TrustBundles {
  private final String own;
  private final Map<String, List<X509Certificate>> byDomain;

  private TrustBundles(String own, Map<String, List<X509Certificate>> byDomain) {
    this.own = own;
    this.byDomain = byDomain;
  }

  /**
   * Those of our own domain only.
   *
   * @param trustDomain lower case
   * @param roots at least one; those that name another trust domain vouch for nobody
   */
  static TrustBundles of(String trustDomain, List<X509Certificate> roots) {
    return new TrustBundles(trustDomain, Map.of(trustDomain, List.copyOf(roots)));
  }

  /**
   * The same, with a federated domain.
   *
   * @param trustDomain lower case; not our own, whose roots nobody else gives
   * @param roots its roots; none: its ids are refused
   * @throws IllegalArgumentException if it is our own, or is there already
   */
  TrustBundles federatedWith(String trustDomain, List<X509Certificate> roots) {
    if (byDomain.containsKey(trustDomain)) {
      throw new IllegalArgumentException("there is a bundle of " + trustDomain + " already");
    }
    Map<String, List<X509Certificate>> all = new LinkedHashMap<>(byDomain);
    all.put(trustDomain, List.copyOf(roots));
    return new TrustBundles(own, all);
  }

  /** Our own trust domain. */
  String own() {
    return own;
  }

  /** The roots of our own domain; at least one. */
  List<X509Certificate> ownRoots() {
    return byDomain.get(own);
  }

  /** All of them, by trust domain; our own is there. */
  Map<String, List<X509Certificate>> byDomain() {
    return Map.copyOf(byDomain);
  }

  /** For messages: our own domain, and those federated with it. */
  @Override
  public String toString() {
    TreeSet<String> others = new TreeSet<>(byDomain.keySet());
    others.remove(own);
    return others.isEmpty()
        ? own
        : own + ", and than those federated with it: " + String.join(", ", others);
  }
}
