// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An application with a handler for each of a few paths and what is below them, and one for all the
 * rest; which of them ran is written down here, on the application's side.
 */
public final class PathHandlers {
  /** Each has a handler of its own, which bears its name. */
  public static final List<String> PATHS = List.of("/admin", "/pub", "/caf\u00e9");

  /** The handler of everything else. */
  public static final String UNKNOWN = "unknown";

  private static final List<String> RAN = new CopyOnWriteArrayList<>();

  private PathHandlers() {}

  /** Who chooses the handler, and by what. */
  public enum Router {
    /** The server, by its mappings of the paths themselves. */
    SERVER,
    /** The server, by mappings of directories: {@code /admin/}, which {@code /admin} is not in. */
    DIRECTORIES,
    /** The application, by the target as it came. */
    RAW,
    /** The application, by the target with its percent codes decoded. */
    DECODED,
    /** The application, without path parameters, decoded, slashes merged, dots left. */
    CLEANED,
    /** The application, with dot segments resolved, which leaves empty segments and codes. */
    RESOLVED
  }

  /** To be called by a handler when it runs; answers its name, for the response's body. */
  public static String run(String handler) {
    RAN.add(handler);
    return handler;
  }

  /** The handlers that ran since the last question. */
  static List<String> take() {
    List<String> ran = List.copyOf(RAN);
    RAN.clear();
    return ran;
  }

  /**
   * The handler that an application chooses which looks at the target by itself.
   *
   * @param raw the target's path as it came
   */
  public static String choose(Router router, String raw) {
    String path =
        switch (router) {
          case DECODED -> decode(raw);
          case CLEANED -> decode(raw.replaceAll(";[^/]*", "")).replaceAll("/+", "/");
          case RESOLVED -> URI.create(raw.replace("\\", "%5C")).normalize().getRawPath();
          default -> raw;
        };
    return PATHS.stream()
        .filter(p -> path.equals(p) || path.startsWith(p + "/"))
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static String decode(String path) {
    return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
