// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What attributes of metrics may say. Each set of values is a series that lives as long as the
 * process, here and in whatever stores it, and the caller controls much of what a request says. So
 * a value comes from a closed set, or is one of the first of its kind; anything else is {@link
 * Keys#OTHER}, as OpenTelemetry has it for {@code http.request.method}.
 *
 * <p>Safe for use by any thread; a value that is known costs a look-up.
 */
final class MetricValues {
  /** Beyond what a service has; one that makes routes of its paths has more. */
  static final int MOST_ROUTES = 500;

  /** Classes of exceptions that left the application or ended a call. */
  static final int MOST_ERRORS = 100;

  /** Hosts that the application calls, with their ports. */
  static final int MOST_HOSTS = 500;

  /** As {@code network.protocol.version} knows them (RFC 9110 section 2.5, RFC 9113, RFC 9114). */
  private static final Set<String> VERSIONS = Set.of("0.9", "1.0", "1.1", "2", "3");

  private final FirstOnes routes = new FirstOnes(MOST_ROUTES);
  private final FirstOnes errors = new FirstOnes(MOST_ERRORS);
  private final FirstOnes hosts = new FirstOnes(MOST_HOSTS);

  /** {@code http}, {@code https}, or other; in lower case, as RFC 3986 section 3.1 has it. */
  static String scheme(String scheme) {
    if (scheme.equals("http") || scheme.equals("https")) {
      return scheme;
    }
    return scheme.equalsIgnoreCase("http")
        ? "http"
        : scheme.equalsIgnoreCase("https") ? "https" : Keys.OTHER;
  }

  /** A version of HTTP that there is; empty stays empty. */
  static String version(String version) {
    // The usual ones first: the text of a version is a new one each time, whose hash is not known.
    return version.isEmpty()
            || version.equals("1.1")
            || version.equals("2")
            || VERSIONS.contains(version)
        ? version
        : Keys.OTHER;
  }

  /** A status of RFC 9110 section 15; 0, which is left out, for any other number. */
  static int status(int status) {
    return status >= 100 && status <= 599 ? status : 0;
  }

  String route(String route) {
    return routes.value(route);
  }

  /**
   * @param error a status, or the class of what was thrown; empty stays empty
   * @param status as it was sent
   */
  String error(String error, int status) {
    if (!error.isEmpty() && Character.isDigit(error.charAt(0))) {
      return status(status) > 0 ? error : Keys.OTHER;
    }
    return errors.value(error);
  }

  /**
   * @return the host, or other: then its port says nothing either
   */
  String host(String host, int port) {
    return hosts.has(host + ":" + port) ? host : Keys.OTHER;
  }

  /** The first values up to a limit: a service's own values appear early. */
  private static final class FirstOnes {
    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final AtomicInteger taken = new AtomicInteger();

    FirstOnes(int most) {
      this.most = most;
    }

    String value(String value) {
      return value.isEmpty() || has(value) ? value : Keys.OTHER;
    }

    private boolean has(String value) {
      if (known.contains(value)) {
        return true;
      }
      if (taken.get() >= most) {
        return false;
      }
      // Racing threads may add a few more.
      if (known.add(value)) {
        taken.incrementAndGet();
      }
      return true;
    }
  }
}
