// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * A request's path as an authorization rule sees it: what servers and frameworks make of it, so
 * that {@code /open/..;/admin} cannot slip past a rule for {@code /admin}. RFC 3986 section 6.2.2
 * (dot segments, unreserved characters), merged slashes, and no path parameters.
 */
final class RequestPath {
  private RequestPath() {}

  /**
   * The normal form; empty when servers disagree on what the path means (an encoded slash,
   * backslash, dot segment or NUL, a broken percent code, or more {@code ..} than segments), which
   * a rule about paths must refuse.
   */
  static Optional<String> normalize(String raw) {
    Deque<String> segments = new ArrayDeque<>();
    boolean directory = true;
    for (String part : raw.replace('\\', '/').split("/", -1)) {
      String segment = decode(withoutParameters(part));
      if (segment == null || segment.indexOf('/') >= 0) {
        return Optional.empty();
      }
      directory = segment.isEmpty() || segment.equals(".") || segment.equals("..");
      if (segment.equals("..")) {
        if (segments.pollLast() == null) {
          return Optional.empty();
        }
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    if (segments.isEmpty()) {
      return Optional.of("/");
    }
    return Optional.of("/" + String.join("/", segments) + (directory ? "/" : ""));
  }

  private static String withoutParameters(String segment) {
    int semicolon = segment.indexOf(';');
    return semicolon < 0 ? segment : segment.substring(0, semicolon);
  }

  /** Percent codes of printable ASCII decoded, others kept in upper case; null: refuse. */
  private static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment.indexOf('\0') < 0 ? segment : null;
    }
    StringBuilder out = new StringBuilder(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      int value = i + 2 < segment.length() ? hex(segment, i + 1) : -1;
      if (value < 0
          || value == 0
          || value == '/'
          || value == '\\'
          || value == '%'
          || value == ';') {
        return null;
      }
      if (value > 0x20 && value < 0x7f) {
        out.append((char) value);
      } else {
        out.append(segment.substring(i, i + 3).toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return out.toString();
  }

  private static int hex(String text, int at) {
    int high = Character.digit(text.charAt(at), 16);
    int low = Character.digit(text.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
