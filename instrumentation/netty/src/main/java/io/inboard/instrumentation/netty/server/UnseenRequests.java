// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.call.PeerIdentity;
import java.util.Optional;

/**
 * A connection in whose pipeline nothing speaks HTTP, so that no request is seen: it is judged as a
 * whole, by who the peer is. What comes to speak HTTP later (a server that tells protocols by their
 * first bytes) is judged request by request besides. On the event loop.
 */
final class UnseenRequests {
  private UnseenRequests() {}

  /** Whether its bytes may reach the application. Asked once, before the first does. */
  static boolean mayBeServed(Accepted accepted) {
    if (accepted.isSpoken()) {
      return true;
    }
    int port = accepted.local().getPort();
    Optional<PeerIdentity> peer = accepted.peer();
    Optional<String> refusal = Inboard.inbound().judgeConnection(port, peer);
    refusal.ifPresent(why -> say(accepted, port, peer, why));
    return refusal.isEmpty();
  }

  private static void say(Accepted accepted, int port, Optional<PeerIdentity> peer, String why) {
    Log.refusal(
        "netty-unseen-" + port,
        "a connection to port "
            + port
            + " from "
            + peer.map(PeerIdentity::principal).orElse(accepted.remote().getHostString())
            + " was closed: nothing in its pipeline of Netty speaks HTTP, so it is judged as a"
            + " whole: "
            + why
            + "; inbound.portLevelMtls: {"
            + port
            + ": DISABLE} exempts the port");
  }
}
