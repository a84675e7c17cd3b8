// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

/** Receives attempts. */
@FunctionalInterface
interface Peer {
  /** An attempt arrives; it is answered now or later, at most once. Silence is no answer. */
  void receive(Arrival arrival);
}
