// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.OutboundRequest;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Calls of hooked libraries to an endpoint of a MUTUAL destination by another name than the
 * destination's: the address itself, say. They match no destination, and would go out in the clear,
 * as those of a client that no hook knows; {@code unknownClients} says what becomes of both.
 *
 * <p>Nothing is looked up. A name that the settings do not have, and that leads to the address of
 * an endpoint, is seen once there is a connection: by {@link GuardedHosts#isStray} where it is
 * opened, if the address carries that name, and here in any case before something is sent, since an
 * application may resolve names by itself (a library's DnsResolver or Dns, an address in place of a
 * name), and a connection may be older than the settings. Safe for use by any thread.
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
    return judge(found.get(), request, "");
  }

  /**
   * Counts and names a call that matches no destination, if its connection leads to a guarded
   * endpoint. One whose host says so was judged before.
   *
   * @return why it must not be sent; empty: it may
   */
  Optional<String> judge(
      GuardedHosts guarded, OutboundRequest request, InetSocketAddress connected) {
    Optional<DestinationSettings> found = guarded.find(connected);
    if (found.isEmpty() || request.proxied()) {
      return Optional.empty();
    }
    boolean warned =
        found.get().unknownClients() == UnknownClients.WARN && guarded.isStray(connected);
    return warned // When it was opened.
        ? Optional.empty()
        : judge(found.get(), request, " (" + literal(connected) + ')');
  }

  private static String literal(InetSocketAddress connected) {
    return connected.getAddress() == null
        ? connected.getHostString()
        : connected.getAddress().getHostAddress();
  }

  private Optional<String> judge(
      DestinationSettings destination, OutboundRequest request, String address) {
    String what =
        request.library()
            + " calls "
            + request.host()
            + ':'
            + request.port()
            + address
            + ", an endpoint of destination "
            + destination.name()
            + ", by another name than the destination's: ";
    return unmeshed.judge(
        destination,
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
