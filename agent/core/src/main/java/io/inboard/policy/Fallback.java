// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.policy.Statistics.Event;

/** What a call got when all else had failed; RATIONALE.md, Fallback. */
public enum Fallback {
  /** The last good answer to the same request. */
  LAST_GOOD(Event.FALLBACK_LAST_GOOD),
  /** Another destination, or a subset. */
  DESTINATION(Event.FALLBACK_DESTINATION),
  /** A fixed answer. */
  RESPONSE(Event.FALLBACK_RESPONSE);

  private final Event event;

  Fallback(Event event) {
    this.event = event;
  }

  Event event() {
    return event;
  }
}
