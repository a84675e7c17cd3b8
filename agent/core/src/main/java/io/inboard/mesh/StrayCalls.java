// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
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
    String name = found.get().name();
    boolean refuses = found.get().unknownClients() == UnknownClients.REFUSE;
    unmeshed.count("client", request.library(), name, refuses ? "refused" : "not secured");
    String what =
        request.library()
            + " calls "
            + request.host()
            + ':'
            + request.port()
            + ", an endpoint of destination "
            + name
            + ", by another name than the destination's: ";
    if (refuses) {
      String why =
          what
              + "mutual TLS is asked for there; nothing was sent"
              + " (its unknownClients is REFUSE; WARN would let it pass)";
      Log.refusal("stray-call " + name, why);
      return Optional.of(why);
    }
    Log.warnOnce(
        "stray-call " + name + ' ' + request.library(),
        what
            + "its mutual TLS and its policies do not hold for this call"
            + " (destinations[].unknownClients: REFUSE stops it)");
    return Optional.empty();
  }

  List<Unmeshed.Count> counts() {
    return unmeshed.counts();
  }
}
