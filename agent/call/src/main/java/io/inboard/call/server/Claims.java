// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import java.util.HashMap;
import java.util.Map;

/**
 * What requests say of their sender's identity ({@link Inbound#FORWARDED_CLIENT_CERT}): removed
 * where the mesh guards that, also from requests that it leaves alone otherwise.
 */
public final class Claims {
  private Claims() {}

  /** Removes them from the headers of a request. */
  static void remove(ServerExchange exchange) {
    if (Inboard.inbound().guardsIdentity()
        && !exchange.headers(Inbound.FORWARDED_CLIENT_CERT).isEmpty()) {
      exchange.correctHeaders(headers -> headers.remove(Inbound.FORWARDED_CLIENT_CERT));
    }
  }

  /**
   * Trailers without them.
   *
   * @param trailers as the server gives them to the application; may be null, and is not changed
   * @return the same map where there is nothing to remove
   */
  public static Map<String, String> without(Map<String, String> trailers) {
    if (trailers == null || trailers.isEmpty() || !Inboard.inbound().guardsIdentity()) {
      return trailers;
    }
    Map<String, String> kept = new HashMap<>(trailers);
    kept.keySet().removeIf(Inbound.FORWARDED_CLIENT_CERT::equalsIgnoreCase);
    return kept;
  }
}
