// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.OutboundRequest;
import io.inboard.settings.DestinationSettings;
import java.util.List;
import java.util.Optional;

/**
 * Calls of hooked libraries to an endpoint of a MUTUAL destination by another name than the
 * destination's: the address itself, say. They match no destination, and would go out in the clear,
 * as those of a client that no hook knows; {@code unknownClients} says what becomes of both.
 *
 * <p>Nothing is looked up: a name that the settings do not have, and that leads to the address of
 * an endpoint, is not seen here. Safe for use by any thread.
 */
final class StrayCalls {
  private final Unmeshed unmeshed = new Unmeshed();

  /**
   * Counts and names a call that matches no destination, if it goes to a guarded endpoint.
   *
   * @return why it must not be sent; empty: it may
   */
  Optional<String> judge(GuardedHosts guarded, OutboundRequest request) {
    Optional<DestinationSettings> found = guarded.endpoint(request.host(), request.port());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String what =
        request.library()
            + " calls "
            + request.host()
            + ':'
            + request.port()
            + ", an endpoint of destination "
            + found.get().name()
            + ", by another name than the destination's: ";
    return unmeshed.judge(
        found.get(),
        request.library(),
        "stray-call",
        what
            + "mutual TLS is asked for there; nothing was sent"
            + " (its unknownClients is REFUSE; WARN would let it pass)",
        what
            + "its mutual TLS and its policies do not hold for this call"
            + " (destinations[].alsoMatches: endpoints makes it one of the destination's,"
            + " unknownClients: REFUSE stops it)");
  }

  List<Unmeshed.Count> counts() {
    return unmeshed.counts();
  }
}
