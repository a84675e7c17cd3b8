// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.Printable;
import java.util.Locale;
import java.util.Objects;

/**
 * A SPIFFE id: {@code spiffe://trust-domain/path} (the SPIFFE-ID standard, sections 2.1 to 2.4).
 *
 * @param trustDomain lower case
 * @param path with its leading slash; empty for the id of a trust domain itself
 */
public record SpiffeId(String trustDomain, String path) {
  private static final String SCHEME = "spiffe://";

  /** SPIFFE-ID section 2.3: implementations support so many bytes, and generate no more. */
  private static final int MAX_LENGTH = 2048;

  private static final int MAX_TRUST_DOMAIN = 255;

  public SpiffeId {
    Objects.requireNonNull(trustDomain);
    Objects.requireNonNull(path);
  }

  /**
   * Reads an id strictly: no user, port, query, fragment or percent escape; path segments of
   * letters, digits, dot, dash and underscore, none of them empty, {@code .} or {@code ..}. Scheme
   * and trust domain compare without case.
   *
   * @throws IllegalArgumentException says what is wrong
   */
  public static SpiffeId parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("a SPIFFE id of more than " + MAX_LENGTH + " characters");
    }
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw wrong(text, "does not begin with spiffe://");
    }
    int slash = text.indexOf('/', SCHEME.length());
    String domain = text.substring(SCHEME.length(), slash < 0 ? text.length() : slash);
    String path = slash < 0 ? "" : text.substring(slash);
    if (domain.isEmpty() || domain.length() > MAX_TRUST_DOMAIN) {
      throw wrong(text, "has a trust domain of no or more than 255 characters");
    }
    for (int i = 0; i < domain.length(); i++) {
      if (!plain(domain.charAt(i))) {
        throw wrong(text, "has a trust domain with other characters than a-z 0-9 . - _");
      }
    }
    if (!path.isEmpty()) {
      checkPath(text, path);
    }
    // Only now: lowering may turn a foreign letter into an ASCII one (the Kelvin sign into k).
    return new SpiffeId(domain.toLowerCase(Locale.ROOT), path);
  }

  private static void checkPath(String text, String path) {
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.isEmpty()) {
        throw wrong(text, "has an empty path segment or a slash at its end");
      }
      if (segment.equals(".") || segment.equals("..")) {
        throw wrong(text, "has a path segment . or ..");
      }
      for (int i = 0; i < segment.length(); i++) {
        if (!plain(segment.charAt(i))) {
          throw wrong(text, "has a path with other characters than a-z A-Z 0-9 . - _");
        }
      }
    }
  }

  private static boolean plain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }

  private static IllegalArgumentException wrong(String text, String what) {
    return new IllegalArgumentException("SPIFFE id \"" + Printable.text(text, 200) + "\" " + what);
  }

  /** Without the scheme, as Istio's {@code principals} write it. */
  public String principal() {
    return trustDomain + path;
  }

  @Override
  public String toString() {
    // Not by +, whose first use in a JVM costs tens of milliseconds; this runs before main.
    return SCHEME.concat(trustDomain).concat(path);
  }
}
