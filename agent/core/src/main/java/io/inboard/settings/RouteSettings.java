// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What holds for some calls of a destination in place of its own policies; Istio's HTTPRoute. What
 * is empty is as in the destination.
 *
 * @param resilience false: no retry, timeout or fault acts on calls of this route
 * @param subset the endpoints that serve it; empty: all
 */
public record RouteSettings(
    Match match,
    Optional<Boolean> resilience,
    Optional<Duration> timeout,
    Optional<RetrySettings> retries,
    Optional<FaultSettings> fault,
    Optional<String> subset) {
  /**
   * All that is given must match.
   *
   * @param method upper case; empty: any
   */
  public record Match(
      Map<String, TextMatch> headers, Optional<String> method, Optional<TextMatch> path) {
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
