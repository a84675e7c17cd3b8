// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/**
 * The right to send one request to something that may still be broken. Ends by itself: a probe
 * whose answer never comes (a cancelled call, a lost report) must not keep others out indefinitely
 * (resilience4j#935, failsafe#391). Compared by identity.
 */
final class Lease {
  private final long untilNanos;

  Lease(long untilNanos) {
    this.untilNanos = untilNanos;
  }

  boolean expired(long nowNanos) {
    return nowNanos - untilNanos >= 0;
  }
}
