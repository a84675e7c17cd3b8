// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What requests say of their sender's identity ({@link Inbound#FORWARDED_CLIENT_CERT}): removed
 * where the mesh guards that, also from requests that it leaves alone otherwise.
 */
public final class Claims {
  /** All spellings, since a header is looked up by one. */
  private static final List<String> SPELLINGS = spellings(Inbound.FORWARDED_CLIENT_CERT);

  private Claims() {}

  /**
   * Whether applications may take one name for the other: CGI and what is like it (RFC 3875 section
   * 4.1.18; WSGI, PHP) read {@code x_mine} and {@code x-mine} as {@code HTTP_X_MINE}. Envoy has
   * {@code headers_with_underscores_action} against that.
   *
   * @param name in lower case, with hyphens
   */
  public static boolean isSpelling(String candidate, String name) {
    if (candidate.length() != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = candidate.charAt(i);
      char lower = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c + ' ') : c;
      if (lower != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static List<String> spellings(String name) {
    int hyphen = name.indexOf('-');
    if (hyphen < 0) {
      return List.of(name);
    }
    List<String> all = new ArrayList<>();
    for (String rest : spellings(name.substring(hyphen + 1))) {
      all.add(name.substring(0, hyphen + 1) + rest);
      all.add(name.substring(0, hyphen) + "_" + rest);
    }
    return all;
  }

  /** Removes them from the headers of a request. */
  static void remove(ServerExchange exchange) {
    if (!Inboard.inbound().guardsIdentity()) {
      return;
    }
    for (String spelling : SPELLINGS) {
      if (!exchange.headers(spelling).isEmpty()) {
        exchange.correctHeaders(headers -> headers.remove(Inbound.FORWARDED_CLIENT_CERT));
        return;
      }
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
    kept.keySet().removeIf(name -> isSpelling(name, Inbound.FORWARDED_CLIENT_CERT));
    return kept;
  }
}
