// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import java.net.URI;

/**
 * The route of a request that a framework serves inside of a server: {@code /shop/api/items/{id}},
 * of the path below which the framework was installed and the templates that it matched, as the
 * application has written them. Called on the thread that serves the request; holds no state.
 */
public final class FrameworkRoute {
  private FrameworkRoute() {}

  /** Whether a request of the mesh is being served: else there is nobody to tell. */
  public static boolean isAsked() {
    return Inboard.contexts().current() != Context.NONE;
  }

  /**
   * Tells the request of this thread which route it took.
   *
   * @param installed the path below which the framework was installed, of the context and of the
   *     servlet's mapping, undecoded and perhaps in a spelling of the client's; null for none
   * @param templates of the framework, put together by {@link #join}
   */
  public static void matched(String installed, String templates) {
    String route = join(installed == null ? "" : plain(installed), templates);
    Inboard.contexts().current().matched(route.isEmpty() ? "/" : route);
  }

  /**
   * One template below another, with one slash between them and none at the end.
   *
   * @param outer begins with a slash, or is empty; ends with none, or with one
   * @param inner with or without slashes around it; null and empty for nothing more
   * @return empty if both are
   */
  public static String join(String outer, String inner) {
    int from = 0;
    int to = inner == null ? 0 : inner.length();
    while (from < to && inner.charAt(from) == '/') {
      from++;
    }
    while (to > from && inner.charAt(to - 1) == '/') {
      to--;
    }
    String above = outer.endsWith("/") ? outer.substring(0, outer.length() - 1) : outer;
    if (from == to) {
      return above;
    }
    // Nearly always as it stands.
    String below = from == 1 && to == inner.length() ? inner : "/" + inner.substring(from, to);
    return above.isEmpty() ? below : above.concat(below);
  }

  /**
   * Decoded and without path parameters: containers give the context's path as the client spelled
   * it, and a client must not make routes.
   */
  private static String plain(String path) {
    String cut = path.indexOf(';') < 0 ? path : path.replaceAll(";[^/]*", "");
    if (cut.indexOf('%') < 0) {
      return cut;
    }
    try {
      String decoded = URI.create(cut).getPath();
      return decoded == null ? cut : decoded;
    } catch (IllegalArgumentException e) {
      return cut;
    }
  }
}
