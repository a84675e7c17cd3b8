// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

/** What a balancer may be told of an endpoint. Read by any thread. */
public interface Candidate {
  /** Its share relative to its siblings, 1 or more; constant. */
  int weight();

  /** Requests that it works on for this JVM now, 0 or more. */
  int inFlight();
}
