// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Printable;
import io.inboard.settings.DestinationSettings;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What becomes of clients that connect around the mesh, and how that is said. */
record UnmeshedClients(Unmeshed unmeshed) {
  /**
   * A client that no hook knows connects to a guarded destination. Why it must not; empty: it may.
   */
  Optional<String> unknown(DestinationSettings destination, String opener) {
    String name = destination.name();
    return unmeshed.judge(
        destination,
        opener,
        "unknown-client",
        "no connection to "
            + name
            + ": "
            + opener
            + " opens it, a client that no hook knows, and mutual TLS is asked for there"
            + " (its unknownClients is REFUSE; WARN would let it pass)",
        "destination "
            + name
            + " is connected to by "
            + opener
            + ", a client that no hook knows: the mutual TLS and the policies of this destination"
            + " do not hold there (destinations[].unknownClients: REFUSE stops it)");
  }

  /** A hooked client connects to an endpoint by a name of no destination. The same. */
  Optional<String> stray(DestinationSettings destination, InetSocketAddress remote, String opener) {
    String what =
        opener
            + " connects to "
            + Printable.text(remote.getHostString())
            + ':'
            + remote.getPort()
            + ", which is an endpoint of destination "
            + destination.name()
            + ", by another name than the destination's: ";
    return unmeshed.judge(
        destination,
        opener,
        "stray-connection",
        what
            + "mutual TLS is asked for there; not connected (its unknownClients is REFUSE; WARN"
            + " would let it pass)",
        what
            + "its mutual TLS and its policies do not hold for this connection"
            + " (destinations[].unknownClients: REFUSE stops it)");
  }
}
