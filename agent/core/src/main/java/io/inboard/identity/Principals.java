// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.util.List;

/**
 * Whom a client expects, in Istio's words: {@code td/ns/x/sa/y} exactly, {@code td/ns/x/*} by
 * prefix, {@code *} any.
 *
 * @param allowed empty: any workload of our trust domain; one of a federated domain must be named
 * @param trustDomain ours
 */
record Principals(List<String> allowed, String trustDomain) {
  Principals {
    allowed = List.copyOf(allowed);
  }

  boolean match(SpiffeId id) {
    if (allowed.isEmpty()) {
      return id.trustDomain().equals(trustDomain);
    }
    String found = id.principal();
    for (String pattern : allowed) {
      boolean fits =
          pattern.endsWith("*")
              ? found.startsWith(pattern.substring(0, pattern.length() - 1))
              : found.equals(pattern);
      if (fits) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return allowed.isEmpty() ? "any workload of our trust domain" : String.join(" or ", allowed);
  }
}
