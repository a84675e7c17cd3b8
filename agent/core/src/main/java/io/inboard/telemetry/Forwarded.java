// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderView;
import java.util.List;

/**
 * Who asked, and for which host, when proxies stand before this server: the {@code Forwarded}
 * header (RFC 7239), else {@code X-Forwarded-For} and {@code -Host}. For spans only: nothing here
 * is proof.
 */
final class Forwarded {
  private Forwarded() {}

  /** Many requests ask for the same host: the last ones are kept, by the text's hash. */
  private static final int KEPT = 64;

  private static final Authority[] LAST = new Authority[KEPT];

  /**
   * An authority in its parts.
   *
   * @param text the whole
   * @param port -1 if it names none
   */
  record Authority(String text, String host, int port) {}

  /** The parts of an authority. */
  static Authority split(String text) {
    int hash = text.hashCode();
    int at = (hash ^ hash >>> 16) & KEPT - 1;
    Authority last = LAST[at];
    if (last != null && last.text.equals(text)) {
      return last;
    }
    Authority made = new Authority(text, host(text), port(text));
    LAST[at] = made;
    return made;
  }

  /** The first client's address without its port; empty if no header tells. */
  static String client(HeaderView headers) {
    String forwarded = parameter(headers.headers("forwarded"), "for");
    return host(forwarded.isEmpty() ? first(headers.headers("x-forwarded-for")) : forwarded);
  }

  /** The host (and port) that the first client asked for; empty if no header tells. */
  static String authority(HeaderView headers) {
    String forwarded = parameter(headers.headers("forwarded"), "host");
    if (!forwarded.isEmpty()) {
      return forwarded;
    }
    String xHost = first(headers.headers("x-forwarded-host"));
    return xHost.isEmpty() ? first(headers.headers("host")) : xHost;
  }

  /** The host of {@code host}, {@code host:port}, {@code [v6]:port} or a bare IPv6 address. */
  static String host(String authority) {
    if (authority.startsWith("[")) {
      int end = authority.indexOf(']');
      return end < 0 ? "" : authority.substring(1, end);
    }
    int colon = authority.indexOf(':');
    return colon >= 0 && colon == authority.lastIndexOf(':')
        ? authority.substring(0, colon)
        : authority;
  }

  /** The port of an authority; -1 if it names none. */
  static int port(String authority) {
    int colon = authority.lastIndexOf(':');
    if (colon < 0
        || authority.indexOf(']') > colon
        || (authority.indexOf(':') != colon && !authority.startsWith("["))) {
      return -1;
    }
    try {
      int port = Integer.parseInt(authority.substring(colon + 1));
      return port > 0 && port <= 65_535 ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String first(List<String> values) {
    if (values.isEmpty()) {
      return "";
    }
    String value = values.get(0);
    int comma = value.indexOf(',');
    return Chars.trimOws(comma < 0 ? value : value.substring(0, comma));
  }

  private static String parameter(List<String> values, String name) {
    if (values.isEmpty()) {
      return "";
    }
    for (String pair : first(values).split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && Chars.trimOws(pair.substring(0, equals)).equalsIgnoreCase(name)) {
        String value = Chars.trimOws(pair.substring(equals + 1));
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
      }
    }
    return "";
  }
}
