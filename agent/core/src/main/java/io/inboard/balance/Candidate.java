// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

/** What a balancer may be told of an endpoint. Read by any thread. */
public interface Candidate {
  /** Tells it from its siblings, in every JVM alike; constant. */
  String address();

  /** Its share relative to its siblings, 1 or more; constant. */
  int weight();

  /** Where it stands; empty if unknown; constant. */
  String zone();

  /** Its load as this JVM sees it; the same object for as long as the endpoint is listed. */
  Load load();
}
