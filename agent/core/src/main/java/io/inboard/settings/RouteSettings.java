// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What holds for some calls of a destination in place of its own policies; Istio's HTTPRoute. What
 * is empty is as in the destination.
 *
 * @param resilience false: no policy acts on calls of this route but TLS and balancing
 * @param timeout 0: none
 * @param subsets the endpoints that serve it; empty: all
 */
public record RouteSettings(
    Match match,
    Optional<Boolean> resilience,
    Optional<Duration> timeout,
    Optional<RetrySettings> retries,
    Optional<FaultSettings> fault,
    List<Share> subsets) {
  public RouteSettings {
    subsets = List.copyOf(subsets);
  }

  /**
   * One subset of several that share a route's calls.
   *
   * @param percent of the calls; those of a route are 100 in all
   */
  public record Share(String subset, int percent) {}

  /**
   * All that is given must match.
   *
   * @param headers by name, in lower case
   * @param method as on the wire
   */
  public record Match(
      Map<String, TextMatch> headers, Optional<TextMatch> method, Optional<TextMatch> path) {
    /** Any call. */
    public static final Match ANY = new Match(Map.of(), Optional.empty(), Optional.empty());

    public Match {
      headers = Map.copyOf(headers);
    }
  }

  /** How a text is compared; the path without its query. */
  public record TextMatch(Kind kind, String value) {
    /** Istio's words. */
    public enum Kind {
      EXACT,
      PREFIX,
      /** The whole text, RE2's or Java's syntax. */
      REGEX,
      PRESENT
    }
  }
}
